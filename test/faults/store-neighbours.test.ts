import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { enqueueJob, enqueueJobs } from '../support/store.js'
import { expectIntact, storedJobs } from '../support/store-file.js'
import { long } from './settings.js'

const rounds = long ? 40 : 4
const jobsAtOnce = 60

// Closing any descriptor of a file drops all locks that the process has on it: where that process were one that has the
// store open for us, others would write into what it reads, and jobs would vanish.
const loop = (work: string) => `import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
const copy = (to) => {
  try {
    cpSync('.offstage', to, { recursive: true })
  } catch (thrown) {
    if (thrown.code !== 'ENOENT') throw thrown // the WAL has just been removed
  }
  rmSync(to, { recursive: true, force: true })
}
const count = (db) => db.prepare('SELECT count(*) FROM jobs').pluck().get()
export default async function neighbour(name) {
  let loops = 0
  while (!existsSync('enough')) {
    ${work}
    writeFileSync(name, String(++loops))
    await setTimeout(1)
  }
  return loops
}
`

const project = cliProject({
  'tasks/copies.mjs': loop("copy('../copy')"),
  'tasks/opens.mjs': loop(`const db = new Database('.offstage/jobs.db', { timeout: 10_000 })
    count(db)
    db.close()`),
  'tasks/both.mjs': loop(`const db = new Database('.offstage/jobs.db', { timeout: 10_000 })
    count(db)
    copy('../copy-of-both')
    count(db)
    db.close()`),
  'tasks/plain.mjs': 'export default (n) => n\n',
})
// As a project with its own better-sqlite3.
symlinkSync(join(import.meta.dirname, '../../node_modules'), project.path('node_modules'))
const neighbours = ['copies', 'opens', 'both']

/** How often a neighbour has done its work so far. */
function loops(name: string): number {
  try {
    return Number(project.read(`${name}.loops`))
  } catch {
    return 0 // not begun
  }
}

test(
  'Tasks that copy the store or open it themselves cost nobody a job.',
  async () => {
    const input = project.write('in.txt', '1\n'.repeat(jobsAtOnce))
    const ids = await Promise.all(neighbours.map((name) => enqueueJob(project, name, [`${name}.loops`])))
    const worker = project.start(['workers', 'start'])
    await eventually(() => expect(neighbours.filter((name) => loops(name) === 0)).toEqual([]))

    const acknowledged: string[] = []
    const enqueue = async () => {
      const { stdout, stderr, exitCode } = await project.run(['run', 'plain', '--each', input, '--detach'])
      expect(exitCode, stderr).toBe(0)
      acknowledged.push(...stdout.trimEnd().split('\n'))
    }
    const before = neighbours.map(loops)
    for (let round = 0; round < rounds; round++) {
      await Promise.all([
        enqueue(),
        enqueue(),
        enqueueJobs(project, 'plain', 1, [1]).then((one) => acknowledged.push(...one)),
      ])
    }
    // They were at it all the time.
    await eventually(() => {
      const more = neighbours.map((name, index) => loops(name) - (before[index] ?? 0))
      expect(Math.min(...more)).toBeGreaterThan(rounds)
    })
    project.write('enough', '')
    expect(acknowledged).toHaveLength(rounds * (2 * jobsAtOnce + 1))
    expect(new Set(acknowledged).size).toBe(acknowledged.length)

    await eventually(() => expect(storedJobs(project).filter(({ state }) => state !== 'completed')).toEqual([]))
    const stored = new Set(storedJobs(project).map(({ id }) => id))
    expect([...ids, ...acknowledged].filter((id) => !stored.has(id))).toEqual([])
    expect(stored.size).toBe(ids.length + acknowledged.length)
    expectIntact(project)
    console.log(
      `store neighbours: ${neighbours.map((name) => `${name} ${loops(name)}`).join(', ')} loops beside ${acknowledged.length} jobs`,
    )
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  },
  long ? 300_000 : 60_000,
)
