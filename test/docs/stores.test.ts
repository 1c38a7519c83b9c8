import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageOfLimits } from '../../src/app/doctor/redis.js'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('What doctor warns of on Redis, as the page about stores says it, is what it says.', () => {
  const [page = ''] = /docs\/[\w-]+\.md/.exec(pageOfLimits.message) ?? []
  const [, table = ''] = read(page).split('## What Redis cannot promise')
  const rows = table.split('\n').filter((line) => /^\| [A-Z`]/.test(line))
  expect(rows.length).toBeGreaterThan(12)
  const quoted = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map(([, text = '']) => text))
  expect(quoted.length).toBeGreaterThan(4)
  const checks = read('src/app/doctor/redis.ts')
  expect(quoted.filter((text) => !checks.includes(text))).toEqual([])
})

test('The pages that speak of Redis lead to the one table of what it cannot promise.', () => {
  for (const page of ['README.md', 'docs/redis.md', 'docs/guarantees.md', 'docs/three-machines.md']) {
    expect(read(page), page).toMatch(/\]\((?:docs\/)?stores\.md/)
  }
})
