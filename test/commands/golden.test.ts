import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { goldenRoot } from '../support/golden.js'

const testFolders = ['commands', 'cli', 'tui'].map((name) => join(import.meta.dirname, '..', name))

test('Every folder of golden files belongs to the test file of its name.', () => {
  const folders = readdirSync(goldenRoot)
  expect(folders.length).toBeGreaterThan(0)
  const hasTest = (folder: string) => testFolders.some((tests) => existsSync(join(tests, `${folder}.test.ts`)))
  expect(folders.filter((folder) => !hasTest(folder))).toEqual([])
})
