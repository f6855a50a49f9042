/**
 * A registry whose uploads are looked for before they are answered: where it is far away, asking whether a version is
 * served takes as long as the upload itself, and neither needs the other's answer. A look that was sent ahead counts only
 * when it found the version; else the registry is asked as ever, and nothing was lost.
 */
import { crowd, uploadPace, type Member } from '@topsail/core'
import type { Clock } from './clock.ts'
import type { Availability, Registry } from './registry.ts'

/** An upload that is under way. */
type Flight = { readonly began: number; readonly company: Member }

const nothing = (): undefined => {}

export function lookingAhead(registry: Registry, clock: Pick<Clock, 'now' | 'sleep'>): Registry {
  const pace = uploadPace()
  const uploads = crowd()
  const sent = new Map<string, Promise<Availability | undefined>>()

  /** Undefined when it was not worth it, or in vain. */
  const look = async (
    flight: Flight,
    stored: Promise<boolean>,
    ask: () => Promise<Availability>,
  ): Promise<Availability | undefined> => {
    // Others may join while it waits; an answer that comes first says that the moment is now.
    for (let wait = waitOf(flight); wait !== 0 && flight.company.isHere; wait = waitOf(flight)) {
      if (wait === undefined) return undefined
      await Promise.race([clock.sleep(wait), stored])
    }
    if (!flight.company.isHere && !(await stored)) return undefined
    const tell = pace.lookAhead()
    const found = await ask()
    tell(found.kind === 'present')
    return found.kind === 'present' ? found : undefined
  }
  const waitOf = ({ began, company }: Flight): number | undefined => {
    const delay = pace.delay(company.most)
    return delay === undefined ? undefined : Math.max(0, began + delay - clock.now())
  }
  return {
    ...registry,
    async facts(name) {
      const began = clock.now()
      const facts = await registry.facts(name)
      if (facts.kind === 'known') pace.looked(clock.now() - began)
      return facts
    },
    async upload(request) {
      const { name, version } = request.tarball
      const key = `${name}@${version}`
      const flight = { began: clock.now(), company: uploads.join() }
      const uploading = registry.upload(request).finally(flight.company.leave)
      const stored = uploading.then(
        ({ kind }) => kind === 'stored',
        () => false,
      )
      const ahead = look(flight, stored, () => registry.confirm(name, version))
      // Whoever confirms asks again.
      sent.set(key, ahead.catch(nothing))
      const outcome = await uploading
      if (outcome.kind === 'stored') pace.uploaded(clock.now() - flight.began, flight.company.most)
      else sent.delete(key)
      return outcome
    },
    async confirm(name, version) {
      const key = `${name}@${version}`
      const ahead = sent.get(key)
      sent.delete(key)
      const found = await ahead
      if (found !== undefined) return found
      const began = clock.now()
      const answer = await registry.confirm(name, version)
      if (answer.kind === 'present') pace.looked(clock.now() - began)
      return answer
    },
  }
}
