/**
 * What has happened in the shop since its last release, as people would have written it: conventional commits and
 * changesets side by side, a breaking change that runs through half the shop, a revert, and work that releases
 * nothing. Every step leaves the shop in a state that runs.
 */
export type ShopEdit =
  | { readonly path: string; readonly from: string; readonly to: string }
  | { readonly path: string; readonly text: string }

export type ShopChange = {
  readonly by: 'Ines Duarte' | 'Jonas Weber' | 'Maya Singh' | 'Kofi Mensah'
  readonly message: string
  readonly edits: readonly ShopEdit[]
}

/** `git revert` of the change before it. */
export type ShopRevert = { readonly by: ShopChange['by']; readonly reverts: 'previous' }

const breakingEvents: ShopChange = {
  by: 'Maya Singh',
  message: `feat(events)!: give every event an id and a time

Handlers could not tell a repeated event from a new one, so that a customer
was charged twice when the bus delivered an order again.

BREAKING CHANGE: a handler receives { id, at, body } instead of the body.
`,
  edits: [
    {
      path: 'libs/events/src/index.js',
      from: '  const handlers = new Map()\n',
      to: '  const handlers = new Map()\n  let count = 0\n',
    },
    {
      path: 'libs/events/src/index.js',
      from: 'handler(body)\n',
      to: 'handler({ id: count, at: Date.now(), body })\n',
    },
    {
      path: 'libs/events/src/index.js',
      from: '    publish(topic, body) {\n',
      to: '    publish(topic, body) {\n      count += 1\n',
    },
    {
      path: 'services/orders/src/index.js',
      from: '(order) => orders.push(order)',
      to: '({ body }) => orders.push(body)',
    },
    {
      path: 'services/inventory/src/index.js',
      from: '(order) => {\n  for (const line of order.lines)',
      to: '({ body }) => {\n  for (const line of body.lines)',
    },
    {
      path: 'services/notifications/src/index.js',
      from: '({ order }) => sent.push(`Order ${order}',
      to: '({ body }) => sent.push(`Order ${body.order}',
    },
  ],
}

export const shopStory: readonly (ShopChange | ShopRevert)[] = [
  {
    by: 'Jonas Weber',
    message: 'docs: say how to try the shop\n',
    edits: [{ path: 'README.md', from: 'share.\n', to: 'share.\n\n`pnpm smoke` asks every service for its answer.\n' }],
  },
  {
    by: 'Ines Duarte',
    message: "feat(money): show amounts in the customer's currency (#61)\n",
    edits: [
      { path: 'libs/money/src/index.js', from: 'format(cents)', to: "format(cents, currency = 'EUR')" },
      { path: 'libs/money/src/index.js', from: "'0')} EUR`", to: "'0')} ${currency}`" },
    ],
  },
  {
    by: 'Kofi Mensah',
    message: 'Answer only GET, and say so to everybody else (#62)\n',
    edits: [
      {
        path: 'libs/http/src/index.js',
        from: '  const { pathname } = new URL(',
        to: "  if (request.method !== 'GET') return response.writeHead(405, { allow: 'GET' }).end()\n  const { pathname } = new URL(",
      },
      {
        path: '.changeset/quiet-lamps-answer.md',
        text: "---\n'@chandlery/http': patch\n---\n\nAnswer 405 to everything that is not a GET.\n",
      },
    ],
  },
  breakingEvents,
  {
    by: 'Jonas Weber',
    message: 'feat(search): forgive typing errors (#64)\n',
    edits: [
      {
        path: 'services/search/src/index.js',
        from: 'text.toLowerCase()',
        to: "text.toLowerCase().replaceAll('pp', 'p')",
      },
    ],
  },
  { by: 'Jonas Weber', reverts: 'previous' },
  {
    by: 'Ines Duarte',
    message: 'feat(checkout): take gift cards (#65)\n',
    edits: [
      {
        path: 'services/checkout/src/index.js',
        from: 'export function checkout(ids) {',
        to: 'export function checkout(ids, giftCard = 0) {',
      },
      {
        path: 'services/checkout/src/index.js',
        from: 'format(order.cents)',
        to: 'format(Math.max(0, order.cents - giftCard))',
      },
      {
        path: 'services/checkout/src/index.js',
        from: "checkout(['lamp', 'rope'])",
        to: "checkout(['lamp', 'rope'], 1000)",
      },
      {
        path: '.changeset/warm-cards-pay.md',
        text: "---\n'@chandlery/checkout': minor\n'@chandlery/cart': patch\n---\n\nTake gift cards, and show them in the cart.\n",
      },
      { path: 'services/cart/src/index.js', from: 'total: format(', to: 'giftCards: true, total: format(' },
    ],
  },
  {
    by: 'Maya Singh',
    message: `feat(reviews): show the average (#66)

* fix(reports): round the tax once, not line by line
* test(reviews): reviews of things nobody bought
`,
    edits: [
      {
        path: 'services/reviews/src/index.js',
        from: 'export const routes = {\n',
        to: "export function average() {\n  return reviews.reduce((total, review) => total + review.stars, 0) / reviews.length\n}\n\nexport const routes = {\n  '/average': () => average(),\n",
      },
      { path: 'services/reports/src/index.js', from: 'share(sold, 19)', to: 'share(sold, 19.0)' },
    ],
  },
  {
    by: 'Kofi Mensah',
    message: 'fix(orders-client): keep the number of an empty order (#67)\n',
    edits: [
      {
        path: 'libs/orders-client/src/index.js',
        from: 'return { number, lines,',
        to: 'return { number: Number(number), lines,',
      },
    ],
  },
  {
    by: 'Kofi Mensah',
    message: 'tidy up before the weekend\n',
    edits: [{ path: 'libs/log/README.md', from: 'a fact.', to: 'a fact, on standard error.' }],
  },
]
