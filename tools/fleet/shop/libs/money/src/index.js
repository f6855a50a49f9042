/** `1995` -> `19.95 EUR`. */
export function format(cents) {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')} EUR`
}

export function sum(amounts) {
  return amounts.reduce((total, amount) => total + amount, 0)
}

/** A share of an amount, in whole cents. */
export function share(cents, percent) {
  return Math.round((cents * percent) / 100)
}
