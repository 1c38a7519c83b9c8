import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'
import { errorsPage, messagesOf } from '../../scripts/docs/errors.js'
import { type ErrorCode, errorCatalog } from '../../src/domain/error-catalog.js'

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

test('Each entry has a message that users see.', () => {
  const codes = Object.keys(errorCatalog) as ErrorCode[]
  expect(codes.filter((code) => messagesOf(code).length === 0)).toEqual([])
})

test('docs/errors.md has the messages of today; npm run docs:update writes them.', () => {
  expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toBe(errorsPage())
})

test('Each entry says in whole sentences when it appears and what to do.', () => {
  const texts = Object.values(errorCatalog).flatMap(({ when, whatToDo }) => [when, whatToDo])
  expect(texts.filter((text) => !/^[A-Z`].*\.$/.test(text))).toEqual([])
})
