import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { fakeClock, unsettable } from '../support/faketime.js'
import { readLedger } from '../support/ledger.js'
import { jobOf } from '../support/store.js'
import { expectIntact, storedJobs, storeFile } from '../support/store-file.js'
import { long } from './settings.js'

if (unsettable !== null) console.log(`clock: skipped, ${unsettable}`)

const hourMs = 3_600_000

const project = cliProject({
  'tasks/work.mjs': `import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
const note = (what) => appendFileSync('ledger.txt', [what, currentJob().id, currentJob().attempt, process.pid, process.ppid].join(' ') + '\\n')
export async function held() {
  const begun = Date.now()
  note('S')
  while (!existsSync('go')) await setTimeout(20)
  note('E')
  return Date.now() - begun
}
export default function short() {
  note('S')
  return Date.now()
}
`,
})

const { options: fake, set: setClock } = fakeClock(project)

async function enqueue(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await project.run(['run', ...args, '--detach'], fake)
  expect(exitCode, stderr).toBe(0)
  return stdout.trim()
}

/** How far the last beats of all workers are from the real time. */
function beatOffsets(): number[] {
  const db = new Database(storeFile(project), { readonly: true, timeout: 10_000 })
  try {
    const beats = db.prepare('SELECT last_beat_at FROM workers').pluck().all() as number[]
    return beats.map((at) => at - Date.now())
  } finally {
    db.close()
  }
}

/** Waits until each worker has renewed its lease by the clock as it is set now. */
function beatsAt(offsetMs: number): Promise<void> {
  return eventually(() => {
    for (const offset of beatOffsets()) expect(Math.abs(offset - offsetMs)).toBeLessThan(hourMs / 2)
  })
}

const completes = (id: string) =>
  eventually(async () => expect(await jobOf(project, id)).toMatchObject({ state: 'completed' }))

test.skipIf(unsettable !== null)(
  'The wall clock goes an hour forth and two back: no lease ends, no job runs early, twice or never.',
  async () => {
    setClock(0)
    const held = [await enqueue('work.held'), await enqueue('work.held')]
    const inAnHour = await enqueue('work', '--delay', '1h')
    // One job each: both workers have something to lose, and each sees the other's lease.
    const workers = [0, 1].map(() =>
      project.start(['workers', 'start', '--concurrency', '1', '--queues', 'default'], fake),
    )
    await eventually(() => expect(readLedger(project)).toHaveLength(held.length))
    const others = project.start(['workers', 'start', '--queues', 'other'], fake)
    await others.says(/is ready/)
    const short = (...args: string[]) => enqueue('work', '--queue', 'other', ...args)
    const beforeTheHour = await short('--delay', '1h')
    await completes(await short())
    expect(await jobOf(project, beforeTheHour)).toMatchObject({ state: 'scheduled', attempt: 0 })

    // Forth: what was to wait for an hour is due, and nothing else happens.
    setClock(hourMs + 60_000)
    await completes(beforeTheHour)
    const { dueAt, startedAt } = await jobOf(project, beforeTheHour)
    expect(Date.parse(startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(dueAt))
    const twoHoursAhead = await short('--delay', '1h')
    await completes(await short())
    if (long) await beatsAt(hourMs)

    // Back, and past where it began.
    setClock(-hourMs)
    await completes(await short())
    await beatsAt(-hourMs)
    await completes(await short())
    expect(await jobOf(project, twoHoursAhead)).toMatchObject({ state: 'scheduled', attempt: 0 })
    expect(readLedger(project).filter(({ id }) => held.includes(id))).toHaveLength(held.length)

    project.write('go', '')
    for (const id of [...held, inAnHour]) await completes(id)
    // The clock of the tasks was set, too: they saw it go back.
    for (const id of held) expect((await jobOf(project, id)).result).toBeLessThan(-hourMs / 2)

    setClock(3 * hourMs)
    await completes(twoHoursAhead)
    const jobs = storedJobs(project)
    expect(jobs.filter(({ attempt, losses, failures }) => attempt !== 1 || losses + failures > 0)).toEqual([])
    expect(readLedger(project).filter(({ what }) => what === 'S')).toHaveLength(jobs.length)
    expectIntact(project)
    for (const worker of [...workers, others]) {
      worker.signal('SIGTERM')
      const { exitCode, stderr } = await worker.ended
      expect(exitCode).toBe(0)
      expect(stderr).toMatch(/^\S+ info {4}worker \w+ is ready.*\n(?:.*\n)*.*worker \w+ has stopped\n$/)
      expect(stderr).not.toMatch(/^\S+ (?:warning|error) /m)
    }
  },
  120_000,
)
