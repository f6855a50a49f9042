import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { configurationPage, type SchemaNode } from './configuration-page.ts'

const schema = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../schema/topsail.schema.json', import.meta.url)), 'utf8'),
) as SchemaNode

test('docs/configuration.md tells every key of the schema (`pnpm --filter topsail docs:configuration` rewrites it)', async () => {
  const page = configurationPage(schema)
  for (const key of Object.keys(schema.properties ?? {})) if (key !== '$schema') expect(page).toContain(`## ${key}\n`)
  await expect(page).toMatchFileSnapshot('../../../../docs/configuration.md')
})
