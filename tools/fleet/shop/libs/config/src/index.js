/** A setting from the environment, or what stands in for it. */
export function setting(name, fallback) {
  const value = process.env[`CHANDLERY_${name}`]
  return value === undefined || value === '' ? fallback : value
}
