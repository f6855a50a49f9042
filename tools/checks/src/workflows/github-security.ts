/**
 * What GitHub would run and nobody should: scripts with something interpolated into them, code that is not pinned,
 * more permissions than a job needs, and the code of a pull request where there are secrets.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import type { TextFile } from '../source.ts'
import { isActionFile } from './github-schema.ts'

type Say = (node: Node | null | undefined, what: string) => void

export function githubSecurity({ path, text }: TextFile): readonly string[] {
  const lines = new LineCounter()
  const root = parseDocument(text, { lineCounter: lines }).contents
  const found: string[] = []
  if (!isMap(root)) return [`${path}:1 is not a mapping`]
  const say: Say = (node, what) => found.push(`${path}:${lines.linePos(node?.range?.[0] ?? 0).line} ${what}`)
  if (isActionFile(path)) {
    checkSteps(at(root, 'runs'), text, say)
    return found
  }
  checkWorkflowPermissions(root, say)
  const privileged = ['pull_request_target', 'workflow_run'].filter((event) => triggers(root).includes(event))
  for (const job of members(at(root, 'jobs'))) checkJob(job, { text, privileged, say })
  return found
}

/** Nothing by default; each job says what it needs. */
function checkWorkflowPermissions(root: YAMLMap, say: Say): void {
  const permissions = root.get('permissions', true)
  if (permissions === undefined) say(root, 'has no permissions: start with none, and give each job what it needs')
  else if (grants(permissions).some((grant) => /\bwrite(-all)?$/.test(grant))) {
    say(permissions, 'gives every job a permission to write: give it to the job that needs it')
  }
}

type Around = { readonly text: string; readonly privileged: readonly string[]; readonly say: Say }

function checkJob(job: YAMLMap, { text, privileged, say }: Around): void {
  const permissions = job.get('permissions', true)
  if (permissions === undefined) say(job, 'is a job without permissions')
  if (grants(permissions).includes('write-all')) say(permissions, 'gives every permission there is')
  if (!job.has('timeout-minutes') && !job.has('uses')) say(job, 'is a job without timeout-minutes')
  if (wordOf(job.get('secrets')) === 'inherit') say(job, 'hands every secret to another workflow')
  checkSteps(job, text, say)
  for (const step of steps(job)) checkCheckout(step, grants(permissions), privileged, say)
}

function checkSteps(holder: unknown, text: string, say: Say): void {
  if (!isMap(holder)) return
  checkPinned(holder, text, say)
  for (const step of steps(holder)) {
    const run = step.get('run', true)
    if (isScalar(run) && String(run.value).includes('${{')) {
      say(run, 'interpolates an expression into a script: hand it over through env')
    }
    checkPinned(step, text, say)
  }
}

/** A commit, and behind it, for people, the version that it is. */
function checkPinned(holder: YAMLMap, text: string, say: Say): void {
  const uses = holder.get('uses', true)
  if (!isScalar(uses) || String(uses.value).startsWith('./')) return
  if (!/@[0-9a-f]{40}$/.test(String(uses.value))) return say(uses, `uses ${uses.value}, which is not pinned by commit`)
  const rest = text.slice(uses.range?.[1]).split('\n', 1)[0] ?? ''
  if (!/^\s+# v\d+\.\d+\.\d+$/.test(rest)) say(uses, 'is pinned without the version in a comment behind it')
}

function checkCheckout(step: YAMLMap, granted: readonly string[], privileged: readonly string[], say: Say): void {
  if (!wordOf(step.get('uses')).startsWith('actions/checkout@')) return
  const options = at(step, 'with')
  const option = (name: string): string => (isMap(options) ? wordOf(options.get(name)) : '')
  const foreign = /\$\{\{|^refs\/pull\//.test(`${option('ref')}\n${option('repository')}`)
  if (privileged.length > 0 && (foreign || option('allow-unsafe-pr-checkout') !== '')) {
    say(step, `checks out what a pull request brings, under ${privileged.join(' and ')}, where there are secrets`)
  }
  const pushes = granted.includes('contents: write') || option('token') !== ''
  if (option('persist-credentials') !== 'false' && !pushes) {
    say(step, 'leaves a credential in the checkout of a job that pushes nothing: persist-credentials: false')
  }
}

function triggers(root: YAMLMap): readonly string[] {
  const on = root.get('on', true)
  if (isMap(on)) return on.items.map(({ key }) => wordOf(key))
  if (isSeq(on)) return on.items.map(wordOf)
  return [wordOf(on)]
}

/** `contents: write`, or `write-all` alone. */
function grants(permissions: unknown): readonly string[] {
  if (isMap(permissions)) return permissions.items.map(({ key, value }) => `${wordOf(key)}: ${wordOf(value)}`)
  return [wordOf(permissions)]
}

function steps(holder: YAMLMap): readonly YAMLMap[] {
  const list = at(holder, 'steps')
  return isSeq(list) ? list.items.filter((step) => isMap(step)) : []
}

function members(map: unknown): readonly YAMLMap[] {
  return isMap(map) ? map.items.flatMap(({ value }) => (isMap(value) ? [value] : [])) : []
}

function at(map: unknown, key: string): unknown {
  return isMap(map) ? map.get(key, true) : undefined
}

function wordOf(value: unknown): string {
  const plain = isScalar(value) ? value.value : value
  return plain === undefined || plain === null || typeof plain === 'object' ? '' : String(plain)
}
