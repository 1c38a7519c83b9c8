import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/folder.js'

// Files that are read make garbage while no JavaScript runs; with version 12 of the driver this aborts on Node 24.19.
const program = `
import Database from ${JSON.stringify(import.meta.resolve('better-sqlite3'))}
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
const [file] = process.argv.slice(2)
await writeFile(file, Buffer.alloc(30_000_000))
const db = new Database(':memory:')
for (let round = 0; round < 40; round++) {
  for (let n = 0; n < 200; n++) {
    db.prepare('SELECT ' + n).get()
    db.pragma('user_version')
    new Database(':memory:').prepare('SELECT 1').all()
  }
  await Promise.all([readFile(file), readFile(file)])
  await setTimeout(1)
}
console.log('done')
`

test('Objects of the driver may be collected while no JavaScript runs.', async () => {
  const folder = temporaryFolder()
  const script = join(folder.path, 'garbage.mjs')
  writeFileSync(script, program)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, join(folder.path, 'large')])
    expect(stdout).toBe('done\n')
  } finally {
    folder.remove()
  }
})
