import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/scenarios.md'), 'utf8')

test('Each function that docs/scenarios.md names behind a file is in that file.', () => {
  const named = [...page.matchAll(/`([\w/.-]+\.ts)` \(`(\w+)`\)/g)].map(([, file = '', name = '']) => ({ file, name }))
  expect(named.length).toBeGreaterThan(4)
  const missing = named.filter(({ file, name }) => !readFileSync(join(root, file), 'utf8').includes(name))
  expect(missing).toEqual([])
})
