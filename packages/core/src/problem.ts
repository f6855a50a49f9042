/**
 * Problems are data; their sentences live in `cli/src/render/problems/`. Every problem names its place and carries
 * what its mend needs. A union member per code: adding one without a sentence does not compile.
 */
import type { Bump } from './bump.ts'
import type { ChangesetFault } from './changes/changeset-fault.ts'
import type { Integrity, PackageName, Path, Range, Sha, Version } from './names.ts'
import type { DependencyField } from './workspace.ts'
import type { ProposalDifference } from './forge/proposal.ts'

/**
 * error: exit 1, nothing is written. quarantined: the one input is left out, the rest goes on; an error under
 * `--strict` and in `topsail check`. warning: to be read, never fatal.
 */
export type Severity = 'error' | 'quarantined' | 'warning'

/** Where: a file, and a line (from 1) when it is known. */
export type Place = { readonly file: Path; readonly line?: number | undefined }

type ProblemOf<Code extends string, Facts = unknown> = {
  readonly code: Code
  readonly severity: Severity
  readonly place?: Place | undefined
} & Readonly<Facts>

/** A tag in the history that names a later version than the manifest. */
export type TagAhead = {
  readonly name: PackageName
  readonly version: Version
  readonly released: Version
  readonly tag: string
}

export type Problem =
  // manifests and the workspace
  | ProblemOf<'MANIFEST_INVALID', { detail: string }>
  | ProblemOf<'MANIFEST_MISSING'>
  | ProblemOf<'PACKAGE_NAME_INVALID', { name: string }>
  | ProblemOf<'PACKAGE_NAME_DUPLICATE', { name: PackageName; keeper: Path }>
  | ProblemOf<'PACKAGE_VERSION_INVALID', { name: PackageName; version: string }>
  | ProblemOf<'PACKAGE_NAME_MISSING'>
  /** `key` is the dependency whose range is no text; undefined when the whole section is not an object. */
  | ProblemOf<'MANIFEST_SECTION_INVALID', { field: DependencyField; key: string | undefined }>
  | ProblemOf<'WORKSPACE_NOT_FOUND', { cwd: string }>
  /** pnpm-workspace.yaml, lerna.json or .yarnrc.yml. */
  | ProblemOf<'WORKSPACE_FILE_INVALID', { detail: string }>
  // any file
  | ProblemOf<'PATH_OUTSIDE_WORKSPACE', { path: string }>
  | ProblemOf<'FILE_TOO_LARGE', { bytes: number; limit: number }>
  | ProblemOf<'FILE_UNREADABLE', { detail: string }>
  // configuration
  | ProblemOf<'CONFIG_SYNTAX', { detail: string }>
  | ProblemOf<'CONFIG_VALUE_INVALID', { key: string; wanted: string; received: string }>
  | ProblemOf<'CONFIG_KEY_UNKNOWN', { key: string; closest: string | undefined }>
  | ProblemOf<'CONFIG_PATTERN_UNMATCHED', { key: string; pattern: string }>
  | ProblemOf<'CONFIG_GROUPS_OVERLAP', { name: PackageName; groups: readonly string[] }>
  | ProblemOf<'CONFIG_PRIVATE_TAG_WITHOUT_VERSION'>
  | ProblemOf<'PRE_STATE_INVALID', { detail: string }>
  // history
  | ProblemOf<'CHECKOUT_SPARSE', { paths: readonly Path[] }>
  | ProblemOf<'HISTORY_SHALLOW', { names: readonly PackageName[]; remote: string | undefined }>
  | ProblemOf<'VERSION_BEHIND_TAG', { behind: readonly TagAhead[] }>
  | ProblemOf<'COMMITS_SINCE_UNKNOWN', { commit: Sha }>
  | ProblemOf<
      'HISTORY_UNAVAILABLE',
      { why: 'no-git' | 'git-too-old' | 'no-repository' | 'no-commits' | 'git-failed'; detail: string }
    >
  // changesets
  /** `removed`: the manifest that had the name until this branch, and `closest` is then what took its place. */
  | ProblemOf<
      'CHANGESET_UNKNOWN_PACKAGE',
      { name: string; closest: PackageName | undefined; removed?: Path | undefined }
    >
  | ProblemOf<'CHANGESET_MALFORMED', { detail: string; mend?: ChangesetFault['mend'] }>
  | ProblemOf<'CHANGESET_MIXES_IGNORED', { ignored: readonly PackageName[]; released: readonly PackageName[] }>
  | ProblemOf<'CHANGESET_WITHOUT_EFFECT', { name: PackageName; why: 'private' | 'no-version' | 'ignored' }>
  // the plan
  | ProblemOf<
      'DEPENDENCY_NOT_FOLLOWED',
      {
        name: PackageName
        dependency: PackageName
        field: DependencyField
        range: Range
        current: Version
        next: Version
        why: 'stale' | 'protocol' | 'tag' | 'workspace-only'
      }
    >
  | ProblemOf<'NONE_OVERRULED', { name: PackageName; bump: Bump; by: 'dependency' | 'group' | 'change' }>
  | ProblemOf<
      'SKIPPED_DEPENDENCY',
      { name: PackageName; dependency: PackageName; why: 'private' | 'no-version' | 'ignored' }
    >
  | ProblemOf<'PLANNER_REPLACED'>
  /** `nested`: they are members of members. */
  | ProblemOf<'MEMBERS_UNSEEN_BY_RULES', { names: readonly PackageName[]; nested: boolean }>
  | ProblemOf<'CATALOG_OUT_OF_RANGE', { catalog: string; dependency: PackageName; range: Range; next: Version }>
  | ProblemOf<'CYCLE_IN_PUBLISH_ORDER', { cycle: readonly PackageName[] }>
  | ProblemOf<'BUMP_CAPPED', { name: PackageName; asked: Bump; cap: Bump }>
  | ProblemOf<'PRE_COUNTER_NOT_A_NUMBER', { name: PackageName; version: Version }>
  | ProblemOf<'SNAPSHOT_IN_PRE_MODE', { tag: string }>
  | ProblemOf<'SNAPSHOT_TAG_NOT_IN_TEMPLATE', { tag: string; template: string }>
  | ProblemOf<'SNAPSHOT_PLACEHOLDER_EMPTY', { placeholder: string; template: string }>
  | ProblemOf<'SNAPSHOT_VERSION_INVALID', { version: string }>
  // plan files
  | ProblemOf<'PLAN_FILE_INVALID', { at: string; wanted: string }>
  | ProblemOf<'PACKAGE_UNKNOWN', { name: string; closest: PackageName | undefined }>
  | ProblemOf<'PLAN_FILE_UNREADABLE', { detail: string }>
  | ProblemOf<'OUTPUT_UNWRITABLE', { detail: string }>
  // coverage of a branch, and writing a changeset
  | ProblemOf<
      'COVERAGE_MISSING',
      {
        name: PackageName
        files: readonly Path[]
        catalogEdits: readonly { readonly catalog: string; readonly dependency: PackageName }[]
        proposed: Exclude<Bump, 'none'>
      }
    >
  | ProblemOf<'DECLINED_WITHOUT_REASON', { names: readonly PackageName[] }>
  | ProblemOf<'BASE_BRANCH_MISSING', { branch: string }>
  | ProblemOf<'BASE_REF_UNKNOWN', { ref: string }>
  | ProblemOf<'BASE_UNRELATED', { ref: string; shallow: boolean }>
  | ProblemOf<'CHANGESET_FOLDER_MISSING'>
  | ProblemOf<'CHANGESET_NAMES_TWICE', { name: PackageName; bumps: readonly Bump[] }>
  | ProblemOf<'CHANGESET_NAMES_NOTHING'>
  | ProblemOf<'CHANGESET_SUMMARY_MISSING'>
  | ProblemOf<'CHANGESET_NOT_WRITABLE', { names: readonly string[] }>
  | ProblemOf<'PRE_ALREADY_ENTERED', { tag: string }>
  | ProblemOf<'PRE_NOT_ENTERED'>
  | ProblemOf<'PRE_TAG_INVALID', { tag: string }>
  // writing versions
  | ProblemOf<'MANIFEST_EDIT_IMPOSSIBLE', { wanted: readonly string[] }>
  | ProblemOf<'TREE_DIRTY', { files: readonly Path[] }>
  /** Git could not say which files have uncommitted changes. */
  | ProblemOf<'TREE_STATE_UNKNOWN', { detail: string }>
  | ProblemOf<'FILE_CHANGED_MEANWHILE'>
  | ProblemOf<'FILE_NOT_TEXT'>
  | ProblemOf<'WRITE_TARGET_UNSAFE'>
  | ProblemOf<'WRITE_FAILED', { detail: string; kept: readonly Path[] }>
  | ProblemOf<'WRITE_LEFT_OPEN', { detail: string; undoing: string }>
  | ProblemOf<'VERSION_IN_PROGRESS', { pid: number | undefined }>
  | ProblemOf<'VERSION_CUT_OFF', { count: number }>
  | ProblemOf<'VERSION_UNDONE', { files: readonly Path[]; kept: readonly Path[] }>
  /** `install` of these: what is lacking is declared here, and this command brings it. */
  | ProblemOf<'CHANGELOG_GENERATOR_MISSING', { module: string; install?: string | undefined }>
  | ProblemOf<'CHANGELOG_GENERATOR_INVALID', { module: string }>
  /** `name` is the package whose entry was asked for; undefined when the module could not even be loaded. */
  | ProblemOf<
      'CHANGELOG_GENERATOR_FAILED',
      { module: string; name: PackageName | undefined; detail: string; install?: string | undefined }
    >
  | ProblemOf<'FORMATTER_MISSING', { formatter: string; install?: string | undefined }>
  | ProblemOf<'FORMATTER_FAILED', { formatter: string; detail: string }>
  | ProblemOf<'LOCKFILE_NOT_UPDATED', { command: string; detail: string }>
  | ProblemOf<'LOCKFILE_NOT_VERIFIED', { command: string; detail: string }>
  /** What `add` or `version` wrote is written, and not committed as the `commit` setting of Changesets asks. */
  | ProblemOf<'COMMIT_FAILED', { detail: string }>
  | ProblemOf<'COMMIT_MODULE_UNUSABLE', { module: string; detail: string; install?: string | undefined }>
  | ProblemOf<'PLAN_MOVED', { moved: readonly PlanMove[] }>
  // publishing: before the first step
  | ProblemOf<'PUBLISH_ONLY_UNKNOWN', { name: string }>
  | ProblemOf<'PUBLISH_NEEDS_LEFT_OUT', { name: PackageName; dependency: PackageName }>
  | ProblemOf<'PUBLISH_NEEDS_BURNED', { name: PackageName; dependency: PackageName }>
  | ProblemOf<
      'PUBLISH_VERSIONS_BURNED',
      { versions: readonly { readonly name: PackageName; readonly version: Version }[] }
    >
  | ProblemOf<'PUBLISH_NEEDS_PRIVATE', { name: PackageName; dependency: PackageName }>
  | ProblemOf<'PUBLISH_TREE_DIRTY', { files: readonly Path[] }>
  /** Git takes names a line each, and could not be asked for it. */
  | ProblemOf<'FOLDER_NAME_UNUSABLE', { name: PackageName; dir: Path }>
  | ProblemOf<'PUBLISH_VERSIONS_UNCOMMITTED', { names: readonly PackageName[] }>
  | ProblemOf<'REGISTRY_UNREACHABLE', { registry: string; names: readonly PackageName[]; detail: string }>
  | ProblemOf<'REGISTRY_WITHOUT_TOKEN', { registry: string }>
  | ProblemOf<'REGISTRY_TOKEN_UNSET', { registry: string; variable: string }>
  | ProblemOf<'NPMRC_UNREADABLE', { npmrc: string; detail: string }>
  | ProblemOf<'CAFILE_WITHOUT_EFFECT', { cafile: string; from: string; lacks: 'file' | 'reading' | 'certificates' }>
  | ProblemOf<'DIST_TAG_INVALID', { distTag: string }>
  | ProblemOf<'DIST_TAG_WOULD_GO_BACK', { name: PackageName; version: Version; latest: Version; distTag: string }>
  /** It was uploaded by a release of which nothing is known any more, and nothing leads people to it. */
  | ProblemOf<'CANDIDATE_LEFT', { name: PackageName; version: Version; distTag: string; registry: string }>
  | ProblemOf<'TAG_AT_OTHER_COMMIT', { name: PackageName; tag: string; at: Sha; head: Sha }>
  | ProblemOf<'TAG_COMMIT_UNKNOWN', { names: readonly PackageName[] }>
  | ProblemOf<'TAG_DIFFERS_ON_REMOTE', { tag: string; local: Sha; remote: Sha }>
  // commits, and where they disagree with changesets
  | ProblemOf<
      'COMMIT_NOT_CONVENTIONAL',
      { count: number; examples: readonly { readonly commit: Sha; readonly subject: string }[] }
    >
  | ProblemOf<'COMMIT_SCOPE_AMBIGUOUS', { scope: string; candidates: readonly PackageName[]; commit: Sha }>
  | ProblemOf<'CHANGESET_BELOW_COMMIT', { name: PackageName; given: Bump; asked: Bump; commit: Sha; summary: string }>
  | ProblemOf<'CHANGESET_REVERTED', { commit: Sha; revert: Sha }>
  | ProblemOf<'GIT_REMOTE_UNREACHABLE', { remote: string; detail: string }>
  /** A repository is here, and git says nothing of it. */
  | ProblemOf<'GIT_UNUSABLE', { detail: string }>
  | ProblemOf<'GIT_TOO_OLD', { found: string }>
  // what-if
  | ProblemOf<'WHAT_IF_UNKNOWN_PACKAGE', { name: string; closest: PackageName | undefined }>
  | ProblemOf<'WHAT_IF_UNKNOWN_CHANGE', { change: string; closest: string | undefined }>
  | ProblemOf<'WHAT_IF_NAMES_NOTHING', { message: string }>
  | ProblemOf<'WHAT_IF_NO_SUCH_EDGE', { dependent: PackageName; dependency: PackageName }>
  // building before it is packed
  | ProblemOf<'BUILD_SCRIPT_MISSING', { script: string }>
  | ProblemOf<'INSTALL_FAILED', { command: string; detail: string }>
  | ProblemOf<'BUILD_FAILED', { name: PackageName | undefined; script: string; command: string; detail: string }>
  // release sets
  | ProblemOf<'SET_UNREADABLE', { commit: Sha }>
  | ProblemOf<'SET_UNKNOWN', { asked: string; known: readonly string[] }>
  | ProblemOf<'SET_AMBIGUOUS', { asked: string; matches: readonly string[] }>
  | ProblemOf<'SET_NOT_SIGNED', { detail: string }>
  | ProblemOf<'RECORDS_NOT_FETCHED', { remote: string; detail: string }>
  // publishing: a step that failed
  | ProblemOf<'PACK_FAILED', { name: PackageName; detail: string }>
  | ProblemOf<'GO_MODULE_MISSING', { name: PackageName }>
  /** `wanted`: how the path has to end; empty where it must not end in a major version. */
  | ProblemOf<'GO_MODULE_PATH', { name: PackageName; version: Version; module: string; wanted: string }>
  | ProblemOf<'PACK_SCRIPT_FAILED', { name: PackageName; script: string; detail: string }>
  | ProblemOf<'PUBLISH_SCRIPT_FAILED', { name: PackageName; script: string; detail: string }>
  | ProblemOf<'TARBALL_RANGE_UNPUBLISHABLE', { name: PackageName; dependency: string; field: string; range: string }>
  | ProblemOf<'UPLOAD_REFUSED', { name: PackageName; version: Version; registry: string; detail: string }>
  /** `inManifest`: `publishConfig.provenance` asks for it, and not the run. */
  | ProblemOf<
      'PROVENANCE_UNAVAILABLE',
      { names: readonly PackageName[]; lacks: 'job' | 'github-permission' | 'gitlab-token'; inManifest: boolean }
    >
  | ProblemOf<'UPLOAD_UNAUTHORISED', { name: PackageName; registry: string; oneTimePassword: boolean; detail: string }>
  | ProblemOf<
      'UPLOAD_GAVE_UP',
      { name: PackageName; version: Version; registry: string; attempts: number; detail: string }
    >
  | ProblemOf<
      'VERSION_TAKEN_BY_OTHER',
      { name: PackageName; version: Version; registry: string; ours: Integrity; theirs: string }
    >
  | ProblemOf<
      'CONFIRM_TIMED_OUT',
      { name: PackageName; version: Version; registry: string; seconds: number; detail: string }
    >
  | ProblemOf<
      'DIST_TAG_NOT_MOVED',
      { name: PackageName; version: Version; distTag: string; registry: string; attempts: number; detail: string }
    >
  | ProblemOf<'TAGS_NOT_MADE', { detail: string }>
  | ProblemOf<'TAGS_NOT_PUSHED', { remote: string; detail: string }>
  /** `by`: whoever was told, or the release set. */
  | ProblemOf<'ANNOUNCE_FAILED', { by: string; detail: string }>
  // the release as a whole
  | ProblemOf<'DISK_REFUSED', { detail: string }>
  | ProblemOf<'LEASE_HELD', { holder: string; seconds: number }>
  | ProblemOf<'LEASE_LOST', { holder: string | undefined }>
  | ProblemOf<'LEASE_UNREACHABLE', { detail: string }>
  | ProblemOf<'LEASE_FORBIDDEN', { ref: string; detail: string }>
  /** What stands at the ref is no lease that this Topsail can read; it may be held. */
  | ProblemOf<'LEASE_UNREADABLE', { ref: string }>
  | ProblemOf<'REFS_ON_BRANCHES', { namespace: string; detail: string }>
  | ProblemOf<'JOURNAL_CORRUPT', { release: string; line: number; detail: string }>
  | ProblemOf<'JOURNAL_UNREADABLE', { release: string }>
  | ProblemOf<'JOURNAL_NOT_PUSHED', { release: string; detail: string }>
  /** Where only the state of a release is read. */
  | ProblemOf<'REGISTRY_NOT_READ', { registry: string; names: readonly PackageName[]; detail: string }>
  | ProblemOf<'RELEASE_OPEN', { release: string; direction: 'forward' | 'back' }>
  | ProblemOf<'RELEASE_UNKNOWN', { release: string; known: readonly string[] }>
  | ProblemOf<'RELEASE_TURNED_BACK', { release: string }>
  | ProblemOf<'RELEASE_ALREADY_ROLLED_BACK', { release: string }>
  | ProblemOf<'UNDO_FAILED', { step: string; attempts: number; detail: string }>
  /** It is over all the same, and nobody was told before it began. */
  | ProblemOf<'UNDO_LEFT', { step: string; detail: string }>
  | ProblemOf<'PROMOTION_IMPOSSIBLE', { promotion: string; registry: string }>
  // the forge, and the release pull request
  | ProblemOf<
      'FORGE_FAILED',
      {
        /** Where the repository is, as a person opens it. */
        forge: string
        why: 'rate-limited' | 'not-found' | 'refused' | 'invalid' | 'conflict' | 'unavailable' | 'unreadable'
        doing: string
        detail: string
        lacking?: string | undefined
        waitSeconds?: number | undefined
      }
    >
  | ProblemOf<'FORGE_UNKNOWN', { remote: string }>
  | ProblemOf<'REPORT_INVALID', { at: string; wanted: string }>
  | ProblemOf<'REPORT_OF_OTHER_COMMIT', { reported: Sha; head: Sha }>
  | ProblemOf<'PULL_REQUEST_NOT_TOLD'>
  | ProblemOf<'COMMENT_REFUSED_TO_FORK'>
  | ProblemOf<'FORGE_WITHOUT_TOKEN', { forge: string; kind: 'github' | 'gitlab' }>
  | ProblemOf<'HEAD_NOT_ON_BASE', { branch: string; head: Sha; tip: Sha }>
  | ProblemOf<'REMOTE_MISSING'>
  | ProblemOf<'REMOTE_UNCLEAR', { remotes: readonly string[] }>
  | ProblemOf<'RELEASE_PLAN_UNKNOWN', { plan: string; commit: Sha }>
  | ProblemOf<'RELEASE_NOT_AS_PLANNED', { plan: string; commit: Sha; differences: readonly ProposalDifference[] }>
  | ProblemOf<
      'RELEASE_EXCEEDS_PLAN',
      {
        plan: string
        commit: Sha
        releases: readonly {
          readonly name: PackageName
          readonly version: Version
          readonly planned: Bump
          readonly now: Bump
        }[]
      }
    >
  /** `causes`: why nothing can be planned; `noTree`: why the commit could not be checked out. */
  | ProblemOf<
      'RELEASE_MAY_EXCEED_PLAN',
      {
        plan: string
        commit: Sha
        causes: readonly { readonly code: string; readonly place: Place | undefined }[]
        noTree: string | undefined
      }
    >
  /** `causes`: why nothing can be planned, or which changesets are left out; `noTree`: why the commit could not be checked out. */
  | ProblemOf<
      'FIRST_RELEASE_UNCLEAR',
      {
        names: readonly PackageName[]
        causes: readonly { readonly code: string; readonly place: Place | undefined }[]
        noTree: string | undefined
      }
    >
  | ProblemOf<
      'RELEASE_BRANCH_FOREIGN',
      { branch: string; commits: readonly { readonly commit: Sha; readonly subject: string }[] }
    >
  | ProblemOf<'RELEASE_BRANCH_NOT_WRITTEN', { branch: string; detail: string }>
  | ProblemOf<'RELEASE_BRANCH_CONTESTED', { branch: string }>
  | ProblemOf<'RELEASE_PULL_REQUEST_CLOSED', { number: number; plan: string }>
  | ProblemOf<'RELEASE_TREE_UNAVAILABLE', { commit: Sha; detail: string }>
  | ProblemOf<'FORGE_RELEASES_MISSING', { tags: readonly string[] }>
  | ProblemOf<
      'MERGE_LOSES_BREAKING',
      {
        /** The ways of merging, of those that the repository allows, after which no commit says it any more. */
        methods: readonly ('merge' | 'squash' | 'rebase')[]
        /** Whether these are all. */
        always: boolean
        /** Where it is said now. */
        said: 'commits' | 'title' | 'description'
        commits: readonly { readonly commit: Sha; readonly subject: string }[]
      }
    >
  | ProblemOf<'APPROVAL_WANTED', { versions: readonly string[] }>
  | ProblemOf<'NOTHING_STAGED'>

/** One thing that a plan file says otherwise than the plan of now. Null: it is not there at all. */
export type PlanMove = {
  readonly what:
    | 'commit'
    | 'rules'
    | 'sources'
    | 'release'
    | 'rewrite'
    | 'change'
    | 'changeset'
    | 'pre-state'
    /** What decides beside the changes, by `PlanInputs`. */
    | 'setting'
    | 'fact'
    | 'manifest'
    | 'snapshot'
  /** The package, change or file it is about; empty for the plan as a whole. */
  readonly name: string
  readonly planned: string | null
  readonly now: string | null
}

export type ProblemCode = Problem['code']
