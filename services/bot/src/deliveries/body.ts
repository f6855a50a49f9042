/**
 * The exact bytes of a request, up to a limit: no more than that is ever kept, whatever the length says that was told.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array | 'too large' | 'broken off'> {
  const told = Number(request.headers.get('content-length') ?? 0)
  if (told > limit) return 'too large'
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.byteLength
      if (length > limit) return 'too large'
      chunks.push(chunk)
    }
  } catch {
    return 'broken off'
  }
  return Buffer.concat(chunks, length)
}
