import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedPages } from '../../scripts/docs/pages.js'

const root = join(import.meta.dirname, '../..')

test.each(Object.entries(generatedPages))(
  '%s is what the source says; npm run docs:update writes it',
  (file, makeText) => {
    expect(readFileSync(join(root, file), 'utf8')).toBe(makeText())
  },
)
