import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedPages } from '../../scripts/docs/pages.js'

/** Without the messages of errors, which may change at any time: test/domain/error-catalog.test.ts compares them. */
const lasting = (page: string) => page.replace(/^- You see: .*\n/gm, '')
const root = join(import.meta.dirname, '../..')

test.each(Object.entries(generatedPages))(
  '%s is what the source says; npm run docs:update writes it',
  (file, makeText) => {
    expect(lasting(readFileSync(join(root, file), 'utf8'))).toBe(lasting(makeText()))
  },
)
