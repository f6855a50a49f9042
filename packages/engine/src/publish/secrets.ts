/**
 * Keeps credentials out of everything that is printed, thrown or handed to a listener. What was read as a secret is
 * replaced wherever it appears, in every encoding a request may echo; what only looks like one is replaced as well.
 */
export type Redact = (text: string) => string

const shortestSecret = 4

export function redactor(secrets: Iterable<string>): Redact {
  const known = new Set<string>()
  for (const secret of secrets) for (const form of formsOf(secret)) if (form.length >= shortestSecret) known.add(form)
  const longestFirst = [...known].sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const secret of longestFirst) clean = clean.replaceAll(secret, '***')
    for (const [pattern, replacement] of secretLooking) clean = clean.replace(pattern, replacement)
    return clean
  }
}

const secretLooking: readonly (readonly [RegExp, string])[] = [
  // user:password@ in an address
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1***@'],
  [/\b(bearer|basic)\s+[\w+/=.~-]{6,}/gi, '$1 ***'],
  [/\b(npm_|ghp_|gho_|ghu_|ghs_|github_pat_|glpat-)[\w-]{10,}/g, '***'],
  [/(:_(?:authToken|auth|password)\s*[=:]\s*)\S+/g, '$1***'],
]

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64')
  return [secret, encodeURIComponent(secret), base64, base64.replace(/=+$/, ''), JSON.stringify(secret).slice(1, -1)]
}
