import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { Host, library } from '../support/host.js'
import { expectIntact, storedJobs } from '../support/store-file.js'
import { long } from './settings.js'

const jobs = long ? 20_000 : 1_500

// Two servers on one store, each with code in it that copies the store and opens its file. Closing any descriptor of a file
// drops all locks that a process has on it: were the store open in these processes, jobs of the other one would vanish.
const server = `import { cpSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { createEngine } from ${JSON.stringify(library)}
const engine = await createEngine({ tasks: { plain: async (number) => number } })
await engine.startWorker({ inline: true, scheduler: false })
const copy = '../copy-' + process.pid
let left = ${jobs}
let meddled = 0
const meddle = async () => {
  while (left > 0) {
    try {
      cpSync('.offstage', copy, { recursive: true })
    } catch (thrown) {
      if (thrown.code !== 'ENOENT') throw thrown // the WAL has just been removed
    }
    rmSync(copy, { recursive: true, force: true })
    const db = new DatabaseSync('.offstage/jobs.db', { timeout: 10_000 })
    db.prepare('SELECT count(*) FROM jobs').get()
    db.close()
    meddled++
    await setImmediate()
  }
}
const produce = async () => {
  while (left-- > 0) process.stdout.write((await engine.enqueue('plain', [left])).id + '\\n')
}
await Promise.all([meddle(), ...Array.from({ length: 10 }, produce)])
await engine.close()
process.stdout.write('meddled ' + meddled + '\\n')
`

test('Servers whose own code copies and opens the store lose none of their jobs.', async () => {
  const project = cliProject({ 'server.mjs': server })
  const env = { NODE_NO_WARNINGS: '1' } // node:sqlite warns on some versions
  const first = new Host(project, 'server.mjs', env)
  const promised: string[] = []
  const read = async (host: Host) => {
    for (let line = await host.line(); line !== null; line = await host.line()) {
      if (line.startsWith('j')) promised.push(line)
      else expect(Number(line.split(' ')[1])).toBeGreaterThan(10)
    }
    expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
  }
  await Promise.all([read(first), read(new Host(project, 'server.mjs', env))])
  expect(promised).toHaveLength(2 * jobs)
  expect(new Set(promised).size).toBe(2 * jobs)
  const stored = storedJobs(project)
  const ids = new Set(stored.map(({ id }) => id))
  expect(promised.filter((id) => !ids.has(id))).toEqual([])
  expectIntact(project)
})
