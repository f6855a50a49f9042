/** The forge, and the release pull request: what it refused, and what lies on main otherwise than it was proposed. */
import { argument } from '../argument.ts'
import { plural, printable, quote } from '../text.ts'
import { list, type AllWords, type ProblemWith } from './words.ts'

const commit = '1f3870be274f6c49b3e31a0c6728957f2b3c4d5e'
const plan = `sha256-${'4f1d2c3b5a69788796a5b4c3d2e1f001'.repeat(2)}`
const short = (sha: string): string => printable(sha.slice(0, 9))
const shortPlan = (id: string): string => printable(id.slice(0, 19))

const reasons = {
  'rate-limited': 'asked to be left alone for a while',
  'not-found': 'does not have it, or hides it from this credential',
  refused: 'does not allow it',
  invalid: 'does not accept it',
  conflict: 'says that something else has changed it meanwhile',
  unavailable: 'gave no answer',
  unreadable: 'gave an answer that cannot be read',
} as const

const wayOut =
  'revert that commit, and the next run proposes everything again; or, if it is right as it lies there, run topsail publish'

export const forgeProblems = {
  FORGE_FAILED: {
    title: 'The forge did not do what was asked',
    says: (p) => `${printable(p.forge)} ${reasons[p.why]}: ${printable(p.doing)} (${printable(p.detail)}).`,
    mend: (p) => {
      if (p.lacking !== undefined) return `give the credential the permission ${printable(p.lacking)}`
      if (p.why === 'rate-limited')
        return `run it again in ${plural(Math.max(1, Math.ceil((p.waitSeconds ?? 60) / 60)), 'minute')}; nothing is lost`
      if (p.why === 'unavailable' || p.why === 'conflict') return 'run it again; it goes on where it stopped'
      if (p.why === 'refused') return 'give the credential the permission to do this'
      return undefined
    },
    example: {
      severity: 'error',
      forge: 'https://github.com/acme/shop',
      why: 'refused',
      doing: 'POST /repos/acme/shop/pulls',
      detail: 'Resource not accessible by integration',
      lacking: 'pull_requests: write',
    },
  },
  FORGE_UNKNOWN: {
    title: 'The forge is not known',
    says: (p) =>
      `Neither the environment nor the address of the git remote ${quote(p.remote)} tells which forge this repository lives on.`,
    mend: ({ severity }) => {
      const set = 'set GITHUB_REPOSITORY and GITHUB_API_URL, or CI_PROJECT_PATH and CI_API_V4_URL, as a CI job has them'
      // It is a warning to those who release without a pull request.
      return severity === 'error' ? `${set}; or release without a forge: topsail ci main --direct` : set
    },
    example: { severity: 'error', remote: 'origin' },
  },
  FORGE_WITHOUT_TOKEN: {
    title: 'There is no credential for the forge',
    says: (p) => `Nothing can be proposed on ${printable(p.forge)}: the environment holds no token for it.`,
    mend: (p) =>
      `set ${p.kind === 'github' ? 'GITHUB_TOKEN' : 'GITLAB_TOKEN'}; or release without a pull request: topsail ci main --direct`,
    example: { severity: 'error', forge: 'https://github.com/acme/shop', kind: 'github' },
  },
  REPORT_INVALID: {
    title: 'A file is no report on a pull request',
    says: (p) => `${p.at === '' ? 'It' : quote(p.at)} should be ${printable(p.wanted)}.`,
    mend: () => 'let topsail ci pr --report write it, with the same version of topsail',
    example: { severity: 'error', place: { file: 'topsail-report.json' }, at: 'head', wanted: 'a commit hash' },
  },
  REPORT_OF_OTHER_COMMIT: {
    title: 'A report is about another commit than the run it came from',
    says: (p) =>
      `It is about the commit ${short(p.reported)}, and the pull request is at ${short(p.head)}. Nothing is posted.`,
    mend: () => 'check out the head of the pull request, or its merge, where topsail ci pr --report runs',
    example: {
      severity: 'error',
      place: { file: 'topsail-report.json' },
      reported: commit,
      head: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
    },
  },
  PULL_REQUEST_NOT_TOLD: {
    title: 'Nothing says which pull request it is',
    says: () => 'The job was not begun by a pull request, nor by a run for one.',
    mend: () => 'run it in a workflow of pull_request or workflow_run, or name it with --pull-request',
    example: { severity: 'error' },
  },
  COMMENT_REFUSED_TO_FORK: {
    title: 'A pull request of a fork gets no comment from here',
    says: () =>
      'The credential of a job for a fork, or for Dependabot, may only read: the comment stands in this log alone.',
    mend: () =>
      'let this job write topsail ci pr --report FILE, and a workflow of workflow_run post it with topsail ci post FILE',
    example: { severity: 'warning' },
  },
  HEAD_NOT_ON_BASE: {
    title: 'This is not the branch that releases are made from',
    says: (p) =>
      `The commit ${short(p.head)} that is checked out is not on ${quote(p.branch)}, which is at ${short(p.tip)}.`,
    mend: (p) => `run it where ${printable(p.branch)} is checked out, or set baseBranch in topsail.json`,
    example: { severity: 'error', branch: 'main', head: commit, tip: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' },
  },
  REMOTE_MISSING: {
    title: 'The repository has no remote',
    says: () => 'A release is proposed and agreed upon at a git remote, and this repository has none.',
    mend: () => 'add one with git remote add origin <address>',
    example: { severity: 'error' },
  },
  REMOTE_UNCLEAR: {
    title: 'The repository has several remotes, and none is chosen',
    says: (p) =>
      `Releases are agreed upon at one git remote, and git would push to none of ${p.remotes.map(quote).join(', ')} by itself.`,
    mend: (p) =>
      `git config remote.pushDefault ${argument(p.remotes[0] ?? 'origin')}, or whichever of them is everybody’s`,
    example: { severity: 'error', remotes: ['fork', 'upstream'] },
  },
  RELEASE_PLAN_UNKNOWN: {
    title: 'A merged release cannot be held against its plan',
    says: (p) =>
      `The commit ${short(p.commit)} says that it releases the plan ${shortPlan(p.plan)}; what that plan writes is recorded nowhere, and planning again gives another one.`,
    mend: () => wayOut,
    example: { severity: 'error', plan, commit },
  },
  RELEASE_NOT_AS_PLANNED: {
    title: 'What was merged is not what was proposed',
    says: (p) => {
      const told = p.differences.slice(0, 10).map(differenceOf)
      const more = p.differences.length - told.length
      return `The commit ${short(p.commit)} carries the plan ${shortPlan(p.plan)} and differs from it: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}. Nothing of it is published.`
    },
    mend: () => wayOut,
    example: {
      severity: 'error',
      plan,
      commit,
      differences: [{ what: 'version', name: '@acme/db', planned: '3.0.0', found: '3.0.1' }],
    },
  },
  RELEASE_EXCEEDS_PLAN: {
    title: 'What was merged holds more than was proposed',
    says: (p) =>
      `Since the plan ${shortPlan(p.plan)} was made, changes came to the base branch that ask for more: ${p.releases
        .map(
          (each) =>
            `${quote(each.name)} would be published as ${printable(each.version)}, a ${each.planned}, with a ${each.now} in it`,
        )
        .join('; ')}. Nothing of the plan is published.`,
    mend: () => wayOut,
    example: {
      severity: 'error',
      plan,
      commit,
      releases: [{ name: '@acme/db', version: '2.1.0', planned: 'minor', now: 'major' }],
    },
  },
  RELEASE_MAY_EXCEED_PLAN: {
    title: 'Whether what was merged holds more than was proposed cannot be told',
    says: (p) =>
      `Whether changes came to the base branch since the plan ${shortPlan(p.plan)} was made that ask for more is not known (${whyUnknown(p)}). Nothing of the plan is published.`,
    mend: () =>
      'mend that, as topsail plan tells it, and the next run goes on; or, if it is right as it lies there, run topsail publish',
    example: {
      severity: 'error',
      plan,
      commit,
      causes: [{ code: 'CONFIG_SYNTAX', place: { file: 'topsail.json' } }],
      noTree: undefined,
    },
  },
  FIRST_RELEASE_UNCLEAR: {
    title: 'Whether a new package is to be published as it lies there cannot be told',
    says: (p) => {
      const why = whyUnknown(p)
      const them = p.names.length === 1 ? 'it' : 'them'
      return `A change that is pending may ask for the first release of ${list(p.names)}, and what is pending is not known (${why}). Nothing of ${them} is published at the version that the manifest began with.`
    },
    mend: () =>
      'mend that, as topsail plan tells it, and the next run goes on; where the version in the manifest is meant to be the first, run topsail publish',
    example: {
      severity: 'error',
      names: ['@acme/db'],
      causes: [{ code: 'HISTORY_SHALLOW', place: undefined }],
      noTree: undefined,
    },
  },
  RELEASE_BRANCH_FOREIGN: {
    title: 'Somebody else has pushed to the release branch',
    says: (p) =>
      `${quote(p.branch)} holds ${plural(p.commits.length, 'commit')} of others, and is left as it is: ${p.commits
        .slice(0, 5)
        .map((each) => `${short(each.commit)} ${quote(each.subject)}`)
        .join(', ')}${p.commits.length > 5 ? ', …' : ''}.`,
    mend: () =>
      'bring them to the base branch; topsail ci main --rebuild then makes the release branch anew, without them',
    example: {
      severity: 'warning',
      branch: 'topsail/release',
      commits: [{ commit, subject: 'docs: a better sentence' }],
    },
  },
  RELEASE_BRANCH_NOT_WRITTEN: {
    title: 'The release commit could not be made',
    says: (p) => `${quote(p.branch)} could not be written: ${printable(p.detail)}.`,
    mend: () => 'give the credential leave to push this branch, or set pullRequest.commit in topsail.json',
    example: { severity: 'error', branch: 'topsail/release', detail: 'remote: Permission to acme/shop.git denied' },
  },
  RELEASE_BRANCH_CONTESTED: {
    title: 'The release branch moves faster than it can be written',
    says: (p) => `Other runs moved ${quote(p.branch)}, or what it is made from, each time it was about to be written.`,
    mend: () => 'the run that came last has the newest; run it again if there is none',
    example: { severity: 'warning', branch: 'topsail/release' },
  },
  RELEASE_PULL_REQUEST_CLOSED: {
    title: 'Somebody closed the release pull request',
    says: (p) =>
      `The release pull request #${p.number} was closed without a merge, and the plan ${shortPlan(p.plan)} is still the same.`,
    mend: () => 'the next change opens a new one; topsail ci main --rebuild opens one now',
    example: { severity: 'warning', number: 7, plan },
  },
  RELEASE_TREE_UNAVAILABLE: {
    title: 'A commit could not be checked out beside the working folder',
    says: (p) => `git made no worktree of ${short(p.commit)}: ${printable(p.detail)}.`,
    mend: () => undefined,
    example: { severity: 'error', commit, detail: 'fatal: not enough disk space' },
  },
  FORGE_RELEASES_MISSING: {
    title: 'Not every tag has its release on the forge',
    says: (p) =>
      `${plural(p.tags.length, 'tag')} still has to be told of: ${p.tags.slice(0, 5).map(quote).join(', ')}${p.tags.length > 5 ? ', …' : ''}.`,
    mend: () => 'run topsail ci main again; it makes those that are missing',
    example: { severity: 'warning', tags: ['@acme/db@3.0.0'] },
  },
  MERGE_LOSES_BREAKING: {
    title: 'The merge would lose that something breaks',
    says: (p) => {
      const [first] = p.commits
      const where =
        p.said === 'commits' && first !== undefined
          ? `Commit ${short(first.commit)} ${quote(first.subject)}${p.commits.length > 1 ? ` and ${plural(p.commits.length - 1, 'other')}` : ''} says`
          : `The ${p.said === 'title' ? 'title' : 'description'} of the pull request says`
      const when = `${p.methods.map((method) => mergeWords[method]).join(' or ')}${p.always ? ', as this repository does it' : ''}`
      return `${where} that something breaks; merged with ${when}, no commit would say so, and no major version would follow.`
    },
    mend: (p) =>
      p.said === 'commits'
        ? 'put the ! into the title of the pull request as well (feat!: …), or add a changeset that says major: topsail add'
        : 'say it in a commit (feat!: …, or a BREAKING CHANGE: footer), or add a changeset that says major: topsail add',
    example: {
      severity: 'warning',
      methods: ['squash'],
      always: true,
      said: 'commits',
      commits: [{ commit, subject: 'feat(db)!: drop the pool' }],
    },
  },
} satisfies Partial<AllWords>

function whyUnknown(p: ProblemWith<'FIRST_RELEASE_UNCLEAR' | 'RELEASE_MAY_EXCEED_PLAN'>): string {
  if (p.noTree !== undefined) return printable(p.noTree)
  const causes = p.causes.slice(0, 5).map(({ code, place }) => printable(place ? `${code} in ${place.file}` : code))
  return `${causes.join(', ')}${p.causes.length > causes.length ? `, and ${p.causes.length - causes.length} more` : ''}`
}

const mergeWords = { merge: 'a merge commit', squash: 'squashing', rebase: 'rebasing' } as const

type Difference = {
  readonly what: 'version' | 'range' | 'changelog' | 'changeset' | 'pre-state'
  readonly name: string
  readonly planned: string | null
  readonly found: string | null
}

function differenceOf({ what, name, planned, found }: Difference): string {
  if (what === 'changelog')
    return found === null ? `${quote(name)} has no such entry` : `the entry in ${quote(name)} is another`
  if (what === 'pre-state') return `${quote(name)} is another`
  if (what === 'changeset') return planned === null ? `${quote(name)} is still there` : `${quote(name)} is missing`
  return `${quote(name)} should be ${printable(planned ?? 'gone')} and is ${printable(found ?? 'not there')}`
}
