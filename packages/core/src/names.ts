/**
 * Flavoured strings: documentation the compiler can check. A `PackageName` cannot be passed where a `Version`
 * is wanted, yet a literal needs no cast. They are validated once, where text enters (`engine/read`).
 */
type Flavour<Name extends string> = string & { readonly __flavour?: Name }

/** The `name` of a manifest, `@scope/name` or `name`. */
export type PackageName = Flavour<'PackageName'>
/** A valid semantic version, without a leading `v`. */
export type Version = Flavour<'Version'>
/** What a manifest writes after a dependency's name, protocols such as `workspace:` and `catalog:` included. */
export type Range = Flavour<'Range'>
/** A path in POSIX form, relative to the workspace root; the root itself is `.`. */
export type Path = Flavour<'Path'>
/** A full commit hash. */
export type Sha = Flavour<'Sha'>
/** A subresource integrity string, `sha512-…`. */
export type Integrity = Flavour<'Integrity'>
