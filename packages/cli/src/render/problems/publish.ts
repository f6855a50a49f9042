/** What is found before the first step of a publish: in the tree, at the registries, among the tags. */
import { candidateTag } from '@topsail/core'
import { printable, quote } from '../text.ts'
import { list, type AllWords } from './words.ts'

export const publishProblems = {
  PUBLISH_ONLY_UNKNOWN: {
    title: 'Asked to publish a package that is never released',
    says: (p) => `${quote(p.name)} is not a package that this workspace releases.`,
    mend: () => 'name a member that has a version, is not ignored and is not private',
    example: { severity: 'error', name: '@acme/bd' },
  },
  PUBLISH_NEEDS_LEFT_OUT: {
    title: 'A package would be published without its dependency',
    says: (p) => `${quote(p.name)} needs ${quote(p.dependency)}, which its registry lacks and this run leaves out.`,
    mend: (p) => `publish it as well (topsail publish --only ${printable(p.dependency)} …), or mend what holds it back`,
    example: { severity: 'error', name: '@acme/api', dependency: '@acme/db' },
  },
  PUBLISH_NEEDS_PRIVATE: {
    title: 'A public package depends on a private one',
    says: (p) => `${quote(p.name)} depends on ${quote(p.dependency)}, which is private: nobody can install it.`,
    mend: () => 'bundle it and list it in devDependencies or bundleDependencies, or take "private" out of its manifest',
    example: { severity: 'warning', name: '@acme/api', dependency: '@acme/internal' },
  },
  PUBLISH_NEEDS_BURNED: {
    title: 'A package would be published with a dependency that was rolled back',
    says: (p) => `${quote(p.name)} needs ${quote(p.dependency)}, whose version in git was rolled back.`,
    mend: () => 'version again, so that both get versions that were never rolled back',
    example: { severity: 'error', name: '@acme/api', dependency: '@acme/db' },
  },
  PUBLISH_VERSIONS_BURNED: {
    title: 'Versions that were rolled back are not published again',
    says: (p) =>
      `${list(p.versions.map(({ name, version }) => `${name}@${version}`))} ${p.versions.length === 1 ? 'was' : 'were'} rolled back, and a version is never used twice.`,
    mend: () => 'merge the branch that topsail rollback made, or version again; the next plan skips these versions',
    example: { severity: 'warning', versions: [{ name: '@acme/db', version: '1.2.0' }] },
  },
  CANDIDATE_LEFT: {
    title: 'A candidate was left behind by a release that nobody knows any more',
    says: (p) =>
      `${quote(`${p.name}@${p.version}`)} is in the registry as a candidate, ${quote(p.distTag)} does not lead to it, and no release is open that would lead it there.`,
    mend: (p) =>
      `look whether it is what it should be, then npm dist-tag add ${printable(p.name)}@${printable(p.version)} ${printable(p.distTag)} and npm dist-tag rm ${printable(p.name)} ${candidateTag}`,
    example: {
      severity: 'warning',
      name: '@acme/db',
      version: '1.2.0',
      distTag: 'latest',
      registry: 'https://registry.example/',
    },
  },
  PUBLISH_TREE_DIRTY: {
    title: 'Publishing from a tree with uncommitted changes',
    says: (p) => `HEAD is what is released, but these files differ from it: ${list(p.files)}.`,
    mend: () => 'commit them, or put them back, when they belong in the tarballs',
    example: { severity: 'warning', files: ['packages/db/src/pool.ts'] },
  },
  FOLDER_NAME_UNUSABLE: {
    title: 'The name of a folder has a line end in it',
    says: (p) =>
      `The folder of ${quote(p.name)}, ${printable(JSON.stringify(p.dir))}, has a line end in its name: git is asked for names line by line, and cannot say what of it is committed.`,
    mend: () => 'rename the folder, or list the package under "ignore" in .changeset/config.json',
    example: { severity: 'error', name: '@acme/db', dir: 'packages/d\nb' },
  },
  PUBLISH_VERSIONS_UNCOMMITTED: {
    title: 'New versions are not committed',
    says: (p) => `HEAD is what is released, and on disk these packages have another version: ${list(p.names)}.`,
    mend: () => 'commit the new versions first',
    example: { severity: 'error', names: ['@acme/db'] },
  },
  PROVENANCE_UNAVAILABLE: {
    title: 'Nobody can vouch for where the packages come from',
    says: (p) =>
      `Provenance is asked for (${p.inManifest ? '"publishConfig": {"provenance": true}' : '--provenance or .npmrc'}), and ${provenanceLacks[p.lacks]}: ${list(p.names)}.`,
    mend: (p) => provenanceMends[p.lacks],
    example: { severity: 'error', names: ['@acme/db'], lacks: 'job', inManifest: true },
  },
  REGISTRY_UNREACHABLE: {
    title: 'A registry does not answer',
    says: (p) =>
      `${quote(p.registry)} did not say whether it has ${list(p.names)} (${printable(p.detail)}), so nothing was published.`,
    mend: (p) =>
      unreachableMends.find(([pattern]) => pattern.test(p.detail))?.[1] ?? 'run the same command again when it answers',
    example: { severity: 'error', registry: 'https://registry.npmjs.org/', names: ['@acme/db'], detail: '503' },
  },
  REGISTRY_WITHOUT_TOKEN: {
    title: 'There are no credentials for a registry',
    says: (p) => `No .npmrc and no npm_config_ variable has credentials for ${quote(p.registry)}.`,
    mend: (p) =>
      `write ${printable(p.registry.replace(/^https?:/, ''))}:_authToken=\${NPM_TOKEN} to an .npmrc and set NPM_TOKEN`,
    example: { severity: 'warning', registry: 'https://registry.npmjs.org/' },
  },
  REGISTRY_TOKEN_UNSET: {
    title: 'A token is taken from a variable that is not set',
    says: (p) =>
      `The credentials for ${quote(p.registry)} in an .npmrc are taken from \${${printable(p.variable)}}, and no such variable is set.`,
    mend: (p) => `set ${printable(p.variable)} for this step`,
    example: { severity: 'error', registry: 'https://registry.npmjs.org/', variable: 'NPM_TOKEN' },
  },
  NPMRC_UNREADABLE: {
    title: 'Settings of npm that cannot be read',
    says: (p) =>
      `${quote(p.npmrc)} cannot be read (${printable(p.detail)}), so nobody knows which registries and tokens it names.`,
    mend: () => 'let it be read by whoever publishes, or take it away',
    example: { severity: 'error', npmrc: '/etc/npmrc', detail: 'EACCES' },
  },
  CAFILE_WITHOUT_EFFECT: {
    title: 'A file of certificates that is set has no effect',
    says: (p) =>
      `"cafile" in ${printable(p.from)} names ${quote(p.cafile)}, which ${caFileLacks[p.lacks]}, so no certificate is taken from it.`,
    mend: () => 'name the file that is there, or take the line away',
    example: { severity: 'warning', cafile: '/etc/ssl/acme.pem', from: '/etc/npmrc', lacks: 'file' },
  },
  DIST_TAG_INVALID: {
    title: 'A dist-tag that no registry takes',
    says: (p) => `${quote(p.distTag)} cannot be a dist-tag: it is empty, reads as a version range, or needs escaping.`,
    mend: () => 'take a word such as "next"',
    example: { severity: 'error', distTag: '1.x' },
  },
  DIST_TAG_WOULD_GO_BACK: {
    title: 'A fix to an old line does not take latest',
    says: (p) =>
      `${quote(p.name)} has ${printable(p.latest)} as latest, so ${printable(p.version)} goes under ${quote(p.distTag)}.`,
    mend: () => 'choose another dist-tag with publishConfig.tag, or topsail publish --tag',
    example: { severity: 'warning', name: '@acme/db', version: '1.2.5', latest: '2.0.0', distTag: 'release-1.x' },
  },
  TAG_AT_OTHER_COMMIT: {
    title: 'A git tag stands at another commit than the one published',
    says: (p) =>
      `The tag ${quote(p.tag)} is at ${p.at.slice(0, 8)}, but its registry lacks that version and HEAD is ${p.head.slice(0, 8)}. It stays there.`,
    mend: () => 'check that commit out to publish exactly what was tagged',
    example: { severity: 'warning', name: '@acme/db', tag: '@acme/db@1.2.0', at: 'a'.repeat(40), head: 'b'.repeat(40) },
  },
  TAG_COMMIT_UNKNOWN: {
    title: 'The clone is too shallow to tag what was released before',
    says: (p) =>
      `The history at hand ends before the commit that released ${list(p.names)}, so no tag was made for it.`,
    mend: () => 'fetch the history with git fetch --unshallow, then run again',
    example: { severity: 'warning', names: ['@acme/db'] },
  },
  TAG_DIFFERS_ON_REMOTE: {
    title: 'A git tag differs between here and the remote',
    says: (p) =>
      `The tag ${quote(p.tag)} is at ${p.local.slice(0, 8)} here and at ${p.remote.slice(0, 8)} on the remote.`,
    mend: () => 'decide which is right, and delete the other',
    example: { severity: 'warning', tag: '@acme/db@1.2.0', local: 'a'.repeat(40), remote: 'b'.repeat(40) },
  },
  GIT_UNUSABLE: {
    title: 'Git does not answer for the repository',
    says: (p) =>
      `A git repository is here, and git says nothing of it (${printable(p.detail)}): nobody can tell from here what was released, or who is releasing.`,
    mend: () =>
      'install git, or let it do what it asks for; a folder that belongs to somebody else is named to it with git config --global --add safe.directory',
    example: { severity: 'error', detail: "fatal: detected dubious ownership in repository at '/builds/shop'" },
  },
  GIT_TOO_OLD: {
    title: 'Git is older than what it is asked for',
    says: (p) =>
      `This is git ${printable(p.found)}, and what was released, and who is releasing, is read with 2.29 or newer.`,
    mend: () => 'install git 2.29 or newer',
    example: { severity: 'error', found: '2.25.1' },
  },
  GIT_REMOTE_UNREACHABLE: {
    title: 'The git remote does not answer',
    says: (p) =>
      `What ${quote(p.remote)} has of releases and tags could not be read (${printable(p.detail)}), and without it nothing is published or taken back.`,
    mend: () =>
      'give access to the remote; topsail status shows what this clone knows, topsail publish --no-push leaves the remote alone',
    example: { severity: 'error', remote: 'origin', detail: 'could not read from remote repository' },
  },
} satisfies Partial<AllWords>

/** What will not pass by itself. */
const unreachableMends: readonly (readonly [RegExp, string])[] = [
  [/certificate|altnames/i, 'name who signed its certificate: cafile=FILE in an .npmrc, or NODE_EXTRA_CA_CERTS'],
  [/invalid url/i, 'write its whole address, with https://, as registry in an .npmrc or in publishConfig'],
  [
    /web page/i,
    'log in where that page wants it, or set proxy or noproxy in an .npmrc; then run the same command again',
  ],
]

const caFileLacks = {
  file: 'is not there',
  reading: 'cannot be read',
  certificates: 'holds no certificate',
} as const

const provenanceLacks = {
  job: 'only a job of GitHub Actions or GitLab CI can give it',
  'github-permission': 'this job may not ask GitHub for a token',
  'gitlab-token': 'this job has no SIGSTORE_ID_TOKEN',
} as const

const provenanceMends = {
  job: 'publish from such a job, or leave it out: topsail publish --no-provenance',
  'github-permission':
    'give the job permissions: { id-token: write }, or leave it out: topsail publish --no-provenance',
  'gitlab-token':
    'give the job id_tokens: { SIGSTORE_ID_TOKEN: { aud: sigstore } }, or leave it out: topsail publish --no-provenance',
} as const
