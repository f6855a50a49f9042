/**
 * The libraries that talk to registries take a while to load. Whoever knows that they will be wanted begins that while
 * something else is waited for; nothing is done with them here.
 */
export function loadForReading(): void {
  void import('./registry-requests.ts')
}

export function loadForUploading(): void {
  void import('libnpmpublish')
}
