/** No answer that is asked of a forge is larger; one without end would fill the memory of the machine. */
const largestAnswer = 32 * 2 ** 20

export async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > largestAnswer) throw new Error(`an answer of more than ${largestAnswer} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** For a client that reads what it gets to its end, however far that is. */
export async function fetchWithin(address: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(address, options)
  const { status, statusText, headers } = answer
  const text = await textOf(answer)
  return new Response(text === '' ? null : text, { status, statusText, headers })
}
