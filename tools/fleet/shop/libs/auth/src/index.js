import { createHmac, timingSafeEqual } from 'node:crypto'
import { setting } from '@chandlery/config'

export function sign(subject) {
  return `${subject}.${digest(subject)}`
}

/** The subject of a token, or undefined when the signature is not ours. */
export function verify(token) {
  const at = token.lastIndexOf('.')
  const subject = token.slice(0, at)
  const given = Buffer.from(token.slice(at + 1))
  const ours = Buffer.from(digest(subject))
  return given.length === ours.length && timingSafeEqual(given, ours) ? subject : undefined
}

function digest(subject) {
  return createHmac('sha256', setting('SECRET', 'for development only')).update(subject).digest('hex')
}
