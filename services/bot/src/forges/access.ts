/**
 * What a look needs of its forge: the port, and how to read the repository. Each is made for one look, with a credential
 * that reaches no other installation, and for GitHub no other repository.
 */
import type { Forge } from '@topsail/engine'
import type { Look } from '../deliveries/delivery.ts'

export type Access = {
  readonly kind: 'open'
  readonly forge: Forge
  /** `https://forge.example/acme/shop.git`. */
  readonly gitUrl: string
  /** The value of the header that lets git read it. */
  readonly gitAuthorization: string
  /** Where the forge shows the head of the pull request. */
  readonly headRef: string
}

export type AccessAnswer =
  | Access
  /** It is not there, or not for this installation: waiting does not help. */
  | { readonly kind: 'closed'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string; readonly seconds?: number | undefined }

export type OpenAccess = (look: Look) => Promise<AccessAnswer>

export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
