/**
 * A page is for people: a proxy or a gateway that wants somebody to log in answers well, and has passed nothing on. Said
 * with the host that answered, which may be another than was asked.
 */

/** What `asFailure` reads as an answer that says nothing; undefined where it is no page. */
export function pageInstead(contentType: unknown, address: string, text = ''): Error | undefined {
  const type = typeof contentType === 'string' ? contentType.split(';')[0]?.trim().toLowerCase() : undefined
  if (type === undefined || !/^(text\/html|application\/xhtml\+xml)$/.test(type)) return undefined
  const host = URL.canParse(address) ? new URL(address).host : address
  const begins = text.trim() === '' ? '' : `: ${text.trim().slice(0, 100)}`
  return Object.assign(new Error(`${host} answered with a web page (${type})${begins}`), { code: pageCode })
}

export const pageCode = 'EWEBPAGE'

/** Throws where npm's library took a page for a yes; `asked` is used where the answer does not say who gave it. */
export function refusePage(answer: LibraryAnswer, asked: string): void {
  const page = pageInstead(answer.headers?.get('content-type'), answer.url ?? asked)
  if (page !== undefined) throw page
}

type LibraryAnswer = { readonly url?: string; readonly headers?: { get(name: string): string | null } }
