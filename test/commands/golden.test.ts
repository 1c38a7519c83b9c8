import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { goldenRoot } from '../support/golden.js'

test('Every folder of golden files belongs to the test file of its name.', () => {
  const folders = readdirSync(goldenRoot)
  expect(folders.length).toBeGreaterThan(0)
  expect(folders.filter((folder) => !existsSync(join(import.meta.dirname, `${folder}.test.ts`)))).toEqual([])
})
