/** Prints one line a fact, with the service in front. */
export function logger(service) {
  return (fact) => console.error(`${service}: ${fact}`)
}
