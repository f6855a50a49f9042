/**
 * A registry whose uploads are looked for before they are answered: where it is far away, asking whether a version is
 * served takes as long as the upload itself, and neither needs the other's answer. A look that was sent ahead counts only
 * when it found the version; else the registry is asked as ever, and nothing was lost.
 */
import { uploadPace } from '@topsail/core'
import type { Clock } from './clock.ts'
import type { Availability, Registry } from './registry.ts'

export function lookingAhead(registry: Registry, clock: Pick<Clock, 'now' | 'sleep'>): Registry {
  const pace = uploadPace()
  const answered = new Set<string>()
  const sent = new Map<string, Promise<Availability>>()
  return {
    ...registry,
    async upload(request) {
      const { name, version } = request.tarball
      const key = `${name}@${version}`
      const began = clock.now()
      const delay = pace.delay()
      const uploading = registry.upload(request)
      if (delay !== undefined) {
        // An answer that comes first says that the moment is now.
        const moment = Promise.race([clock.sleep(delay), uploading.catch(() => {})])
        sent.set(
          key,
          moment.then(() => registry.confirm(name, version)),
        )
      }
      const outcome = await uploading
      if (outcome.kind === 'stored') {
        pace.uploaded(clock.now() - began)
        answered.add(key)
      } else sent.delete(key)
      return outcome
    },
    async confirm(name, version) {
      const key = `${name}@${version}`
      const ahead = sent.get(key)
      sent.delete(key)
      if (ahead !== undefined) {
        const found = await ahead
        pace.lookedAhead(found.kind === 'present')
        if (found.kind === 'present') return found
      }
      const began = clock.now()
      const found = await registry.confirm(name, version)
      if (answered.delete(key) && found.kind === 'present') pace.looked(clock.now() - began)
      return found
    },
  }
}
