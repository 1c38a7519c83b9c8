import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CliProject, cliProject } from '../support/cli.js'
import { type OutboxDriver, ordersAndJobs, outboxProgram } from '../support/outbox-program.js'
import { expectIntact } from '../support/store-file.js'
import { untraceable } from '../support/tracing.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const random = newRandom()
const kills = long ? 15 : 5
const transactions = 40
const drivers: readonly OutboxDriver[] = ['better-sqlite3', 'node:sqlite']

/** Runs a line under strace, with all its processes: the application, and the one that holds its store and reads its outbox. */
async function traced(project: CliProject, options: string, line: string) {
  const log = join(project.base, 'strace.txt')
  // One whose store process is killed again and again does not come to its end.
  const script = `exec strace -f -o '${log}' ${options} timeout -s KILL 8 sh -c "${line}"`
  const end = await project.shell(script)
  return { ...end, lines: readFileSync(log, 'utf8').split('\n') }
}

/** The most calls that one process makes. */
function mostCalls(lines: readonly string[], call: string): number {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const [pid = '', rest = ''] = line.split(/\s+(.*)/)
    if (rest.startsWith(`${call}(`)) counts.set(pid, (counts.get(pid) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}

describe.skipIf(untraceable !== null).each(['wal', 'delete'] as const)(
  'an application in journal mode %s, killed at any write or fsync of its own or of its store process',
  { timeout: long ? 600_000 : 180_000 },
  (mode) => {
    test('Each committed row becomes one job, no other does, and nothing stays in the outbox.', async () => {
      const project = cliProject()
      const start = outboxProgram(project, mode)
      const whole = await traced(project, '-e trace=pwrite64,fsync', start('better-sqlite3', transactions))
      expect(whole.exitCode, whole.stderr).toBe(0)
      let killed = 0
      let tried = 0
      for (; killed < kills && tried < 4 * kills; tried++) {
        const call = tried % 3 === 0 ? 'fsync' : 'pwrite64'
        const n = 1 + Math.floor(random() * mostCalls(whole.lines, call))
        const driver = drivers[tried % 2] ?? 'better-sqlite3'
        const inject = `-e trace=${call} -e inject=${call}:signal=SIGKILL:when=${n}`
        // Each second time another server has the same outbox at the same moment.
        const [{ lines }, other] = await Promise.all([
          traced(project, inject, start(driver, transactions)),
          tried % 4 < 2 ? null : project.shell(start('better-sqlite3', 20)),
        ])
        expect([other?.exitCode ?? 0, other?.stderr ?? '']).toEqual([0, ''])
        if (lines.some((line) => line.includes('killed by SIGKILL'))) killed++
        const next = await project.shell(start(driver, 0))
        expect(next.exitCode, next.stderr).toBe(0)
        const { orders, left, jobs } = await ordersAndJobs(project)
        expect(jobs, `${call} ${n}`).toEqual(orders)
        expect(left).toEqual([])
        expectIntact(project)
      }
      console.log(`outbox crashes, journal mode ${mode}, seed ${seed}: ${killed} kills at ${tried} points`)
      expect(killed).toBe(kills)
    })
  },
)

test.skipIf(untraceable !== null)(
  'Of a WAL that the application does not sync, the disk is asked before a job is stored and after its row is removed.',
  { timeout: 60_000 },
  async () => {
    const project = cliProject()
    const { exitCode, stderr, lines } = await traced(
      project,
      '-y -e trace=pwrite64,fsync,fdatasync',
      outboxProgram(project, 'wal')('better-sqlite3', 1),
    )
    expect(exitCode, stderr).toBe(0)
    const all = lines.flatMap((line) => {
      const [, call, name] = /(pwrite64|fsync|fdatasync)\(\d+<[^>]*\/(app|jobs)\.db-wal>/.exec(line) ?? []
      return call === undefined ? [] : [`${call === 'pwrite64' ? 'write' : 'sync'} ${name}`]
    })
    const calls = all.filter((call, index) => call !== all[index - 1]).join(', ')
    expect(calls).toMatch(/write app, sync app, (write jobs, sync jobs, )+write app, sync app, write jobs/)
  },
)
