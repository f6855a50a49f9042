import { sign, verify } from '@chandlery/auth'
import { setting } from '@chandlery/config'

/** Which service answers which part of the shop. */
const upstreams = { '/cart': 'cart', '/search': 'search', '/checkout': 'checkout' }

export const routes = {
  '/': () => ({ region: setting('REGION', 'north'), caller: verify(sign('gateway')), upstreams }),
}
