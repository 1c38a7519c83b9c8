import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/guarantees.md'), 'utf8')
const proofs = [...page.matchAll(/^- `(test\/[^`]+)`: "(.+)"$/gm)].map(([, file = '', title = '']) => ({ file, title }))

test('Each test that docs/guarantees.md names exists, with that title.', () => {
  expect(proofs.length).toBeGreaterThan(40)
  const missing = proofs.filter(({ file, title }) => {
    const path = join(root, file)
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(title)
  })
  expect(missing).toEqual([])
})

test('Each guarantee names at least one test.', () => {
  const sections = page.split(/^## /m).slice(1)
  const guarantees = sections.filter((section) => !/^(What is not guaranteed|How the tests work)/.test(section))
  expect(guarantees.filter((section) => !/^- `test\//m.test(section)).map((section) => section.split('\n')[0])).toEqual(
    [],
  )
})
