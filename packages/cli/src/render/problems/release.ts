/** The release as a whole: who holds it, what its journal and its sets say, what could not be moved or taken back. */
import { printable, quote } from '../text.ts'
import { list, type AllWords } from './words.ts'

const nextCommands = 'go on with topsail resume, or go back with topsail rollback'

export const releaseProblems = {
  SET_UNREADABLE: {
    title: 'A release set cannot be read',
    says: (p) => `The commit ${printable(p.commit)} should hold a release set, and holds none that can be read.`,
    mend: () => 'the others are shown; a newer Topsail may have written this one',
    example: { severity: 'warning', commit: '1f3870be274f6c49b3e31a0c6728957f2b3c4d5e' },
  },
  SET_UNKNOWN: {
    title: 'There is no such release set',
    says: (p) => `No release set is called ${quote(p.asked)}${p.known.length === 0 ? '; there is none yet' : ''}.`,
    mend: (p) =>
      p.known.length === 0
        ? 'a release leaves one when it is finished'
        : `name one by the beginning of its id (${p.known.map(printable).join(', ')}), by its release, or say latest or previous`,
    example: { severity: 'error', asked: 'abc', known: ['4f1d2c3b5a69', '0b7e88aa1c2d'] },
  },
  SET_AMBIGUOUS: {
    title: 'Several release sets begin like that',
    says: (p) => `${quote(p.asked)} may be any of ${p.matches.map(printable).join(', ')}.`,
    mend: () => 'write more of the id',
    example: { severity: 'error', asked: '4f', matches: ['4f1d2c3b5a69', '4fe8a1b2c3d4'] },
  },
  SET_NOT_SIGNED: {
    title: 'A release set could not be signed',
    says: (p) => `The release set is recorded without a signature: ${printable(p.detail)}.`,
    mend: () => 'set user.signingKey (and gpg.format) for git, or set release.sign to false',
    example: { severity: 'warning', detail: 'git cannot sign: error: gpg failed to sign the data' },
  },
  RECORDS_NOT_FETCHED: {
    title: 'The records of other machines could not be fetched',
    says: (p) =>
      `What ${quote(p.remote)} has of release sets could not be read (${printable(p.detail)}); this is what this clone knows.`,
    mend: () => 'give access to the remote; topsail version, history and diff leave it alone with --no-fetch',
    example: { severity: 'warning', remote: 'origin', detail: 'could not read from remote repository' },
  },
  DIST_TAG_NOT_MOVED: {
    title: 'A dist-tag could not be moved',
    says: (p) =>
      `${quote(p.registry)} did not lead ${quote(p.distTag)} of ${quote(p.name)} to ${printable(p.version)} (${printable(p.detail)}).`,
    mend: () => nextCommands,
    example: {
      severity: 'error',
      name: '@acme/db',
      version: '1.2.0',
      distTag: 'latest',
      registry: 'https://registry.npmjs.org/',
      attempts: 8,
      detail: '503 Service Unavailable',
    },
  },
  LEASE_HELD: {
    title: 'Somebody else is releasing',
    says: (p) => `${printable(p.holder)} is releasing from this repository, and one release goes at a time.`,
    mend: (p) =>
      `run the same command when it has ended; should it fall silent for ${p.seconds} seconds, it is taken over`,
    example: { severity: 'error', holder: 'ada@build-7 (process 4711, 1f3a55c0)', seconds: 60 },
  },
  LEASE_LOST: {
    title: 'Another run has taken this release over',
    says: (p) =>
      `This run was silent for too long, and ${p.holder === undefined ? 'another run' : printable(p.holder)} has taken over; nothing was done after that.`,
    mend: () => 'see how it fares with topsail status',
    example: { severity: 'error', holder: 'ada@build-8 (process 12, 9be2c1f4)' },
  },
  DISK_REFUSED: {
    title: 'This machine cannot write what it has to remember',
    says: (p) => `This machine refused to write: ${printable(p.detail)}.`,
    mend: () => 'give it the space or the permission, and run the same command; an open release is gone on with',
    example: { severity: 'error', detail: 'ENOSPC: no space left on device, write' },
  },
  LEASE_UNREACHABLE: {
    title: 'The remote that keeps the lease does not answer',
    says: (p) => `Nothing is released while nobody can tell who else is releasing (${printable(p.detail)}).`,
    mend: (p) => leaseMends.find(([of]) => of.test(p.detail))?.[1] ?? `when the remote answers again, ${sameCommand}`,
    example: { severity: 'error', detail: 'ssh: connect to host git.example.com port 22: Connection timed out' },
  },
  LEASE_FORBIDDEN: {
    title: 'The remote does not take the ref of the lease',
    says: (p) => `The remote refused ${quote(p.ref)}: ${printable(p.detail)}.`,
    mend: () =>
      'allow this run to push there; or, before the first release, set release.refs in topsail.json to a place that the forge allows',
    example: { severity: 'error', ref: 'refs/topsail/lease', detail: 'deny updating a hidden ref' },
  },
  LEASE_UNREADABLE: {
    title: 'What stands at the ref of the lease cannot be read',
    says: (p) => `At ${quote(p.ref)} stands no lease that this Topsail can read, so nobody can tell who is releasing.`,
    mend: () =>
      'a newer Topsail may have written it: use that one; when certainly nobody is releasing, delete the ref at the remote',
    example: { severity: 'error', ref: 'refs/topsail/lease' },
  },
  REFS_ON_BRANCHES: {
    title: 'The remote takes no hidden refs, and branches serve instead',
    says: (p) =>
      `The remote refused refs that are neither branches nor tags (${printable(p.detail)}), so the lease, journals and release sets are branches below ${quote(p.namespace)}.`,
    mend: () => 'nothing has to be done; every later run finds them there',
    example: { severity: 'warning', namespace: 'refs/heads/topsail', detail: 'deny updating a hidden ref' },
  },
  JOURNAL_CORRUPT: {
    title: 'The journal of a release is damaged',
    says: (p) => `The journal of release ${quote(p.release)} is damaged at line ${p.line}: ${printable(p.detail)}.`,
    mend: () =>
      'nothing is done while it cannot be trusted; docs/journal.md tells how to look at it and how to mend it',
    example: {
      severity: 'error',
      release: '20260102-030405678-1a2b',
      line: 7,
      detail: 'the sum does not fit the line',
    },
  },
  JOURNAL_UNREADABLE: {
    title: 'The journal of a release cannot be fetched',
    says: (p) => `The remote lists release ${quote(p.release)}, but its journal could not be fetched.`,
    mend: () => 'run the same command again; where it stays so, docs/journal.md tells how to look at it',
    example: { severity: 'error', release: '20260102-030405678-1a2b' },
  },
  JOURNAL_NOT_PUSHED: {
    title: 'The end of a release could not be pushed',
    says: (p) => `Release ${quote(p.release)} has ended, but the remote does not know it yet (${printable(p.detail)}).`,
    mend: () => 'the next topsail publish or topsail resume tells it',
    example: { severity: 'warning', release: '20260102-030405678-1a2b', detail: 'Connection timed out' },
  },
  REGISTRY_NOT_READ: {
    title: 'A registry did not say what it has',
    says: (p) =>
      `${quote(p.registry)} did not say what it has of ${list(p.names)} (${printable(p.detail)}); what is shown of it is what the journal knows.`,
    mend: () => 'ask again later, or nobody with --offline',
    example: { severity: 'warning', registry: 'https://registry.npmjs.org/', names: ['@acme/db'], detail: '503' },
  },
  RELEASE_OPEN: {
    title: 'An earlier run left a release open',
    says: (p) =>
      p.direction === 'back'
        ? `The rollback of release ${quote(p.release)} is not finished; it comes first.`
        : `Release ${quote(p.release)} is not finished; it comes first.`,
    mend: () => nextCommands,
    example: { severity: 'warning', release: '20260102-030405678-1a2b', direction: 'forward' },
  },
  RELEASE_UNKNOWN: {
    title: 'There is no such release',
    says: (p) =>
      p.release === ''
        ? 'No release is known here or at the remote.'
        : `Nobody knows a release ${quote(p.release)}${p.known.length === 0 ? '' : `; the newest are ${p.known.map(quote).join(', ')}`}.`,
    mend: () => 'topsail status lists them',
    example: { severity: 'error', release: 'r7', known: ['20260102-030405678-1a2b'] },
  },
  RELEASE_TURNED_BACK: {
    title: 'A release was rolled back',
    says: (p) => `Release ${quote(p.release)} was being rolled back, and now it is; nothing new was published.`,
    mend: () => 'version again before publishing: what was rolled back keeps its version',
    example: { severity: 'error', release: '20260102-030405678-1a2b' },
  },
  RELEASE_ALREADY_ROLLED_BACK: {
    title: 'A release is rolled back already',
    says: (p) => `Release ${quote(p.release)} is rolled back already.`,
    mend: () => undefined,
    example: { severity: 'error', release: '20260102-030405678-1a2b' },
  },
  UNDO_FAILED: {
    title: 'A step could not be taken back',
    says: (p) => `${quote(p.step)} failed: ${printable(p.detail)}.`,
    mend: () => 'go on with topsail resume; what is taken back already stays so',
    example: { severity: 'error', step: 'undo:promote:@acme/db@1.2.0', attempts: 8, detail: '503 Service Unavailable' },
  },
  UNDO_LEFT: {
    title: 'A step was not taken back whole',
    says: (p) => `Of ${quote(p.step)} something remains: ${printable(p.detail)}.`,
    mend: () => 'the release counts as rolled back; put right by hand what should not stay',
    example: {
      severity: 'warning',
      step: 'revert',
      detail: 'manifests and changesets were not taken back: error: patch failed: package.json:3',
    },
  },
  PROMOTION_IMPOSSIBLE: {
    title: 'A registry cannot promote in this way',
    says: (p) =>
      `Promotion ${quote(p.promotion)} is not possible at ${quote(p.registry)} with the credentials at hand.`,
    mend: () => 'set release.promotion to auto, candidate or direct',
    example: { severity: 'error', promotion: 'staged', registry: 'https://npm.example.com/' },
  },
  APPROVAL_WANTED: {
    title: 'A staged release waits for approval',
    says: (p) => `Everything is staged, and nobody can install it yet: ${p.versions.map(printable).join(', ')}.`,
    mend: () => 'topsail approve --otp CODE makes the whole set public, topsail reject drops it',
    example: { severity: 'error', versions: ['@acme/db@1.2.0', '@acme/api@2.0.1'] },
  },
  NOTHING_STAGED: {
    title: 'No staged release is open',
    says: () => 'There is nothing to approve or to reject.',
    mend: () => 'run topsail publish --promotion staged first, or topsail status to see what is open',
    example: { severity: 'error' },
  },
} satisfies Partial<AllWords>

const sameCommand = 'run the same command; an open release is gone on with'

/** What waiting does not mend. */
const leaseMends: readonly (readonly [RegExp, string])[] = [
  [/git cannot write objects/, `give git the space or the permission here, and ${sameCommand}`],
  [/receiving end does not support|--mirror can't be combined/, `let git push to it in this way, and ${sameCommand}`],
]
