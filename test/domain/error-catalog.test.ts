import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'
import { errorCatalog } from '../../src/domain/error-catalog.js'

const root = join(import.meta.dirname, '../..')
const sources = globSync(['src/**/*.ts', 'commands/**/*.ts', 'bin/*.js'], {
  cwd: root,
  ignore: ['**/error-catalog.ts'],
})
const used = sources.flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/'(E_[A-Z_]+)'/g)].map(([, code]) => code ?? ''),
)

test('The catalog has each code that the source names, and no other.', () => {
  expect(Object.keys(errorCatalog).sort()).toEqual([...new Set(used)].sort())
})

test('Each entry says in whole sentences when it appears and what to do.', () => {
  const texts = Object.values(errorCatalog).flatMap(({ when, whatToDo }) => [when, whatToDo])
  expect(texts.filter((text) => !/^[A-Z`].*\.$/.test(text))).toEqual([])
})
