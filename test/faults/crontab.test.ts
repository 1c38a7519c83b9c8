import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DueJson, SlotJson } from '../../src/views/slot.js'
import { cliProject, eventually } from '../support/cli.js'
import { fakeClock, unsettable } from '../support/faketime.js'
import { enqueueJob, jobsOf } from '../support/store.js'

if (unsettable !== null) console.log(`a crontab and the clock: skipped, ${unsettable}`)

// 23:20 in Berlin, on the last day of the year; the first day of the next one is a Wednesday.
const newYearsEve = Date.UTC(2030, 11, 31, 22, 20)
const end = '2031-01-01T04:10:00Z'

/** What becomes of each schedule until then, by the times in UTC. */
const expected = {
  cat: ['01T03:30 fired completed'],
  date: ['31T23:00 fired completed'],
  echo: ['02:00', '02:20', '02:40', '03:00', '03:20', '03:40'].map((time) => `01T${time} fired completed`),
  'echo-2': ['31T23:00 fired completed'],
  'echo-3': ['31T23:00', '01T00:00', '01T01:00', '01T02:00', '01T03:00', '01T04:00'].map(
    (time) => `${time} fired completed`,
  ),
  'echo-4': ['01T01:00 fired completed', '01T03:00 fired completed'],
  'echo-6': ['31T22:30 fired completed'],
  exit: ['01T03:05 fired failed'],
  'nightly-backup': ['01T01:15 fired completed'],
}

test.skipIf(unsettable !== null)(
  'A crontab of 20 lines is imported and runs as its lines say, and the history shows each time with the end of its job.',
  { timeout: 180_000 },
  async () => {
    const crontab = readFileSync(join(import.meta.dirname, 'fixtures/shop.crontab'), 'utf8')
    const project = cliProject({ 'my.crontab': crontab, 'tasks/hello.mjs': 'export default () => 1\n' })
    const home = join(project.base, 'home')
    mkdirSync(join(home, 'reports'))
    writeFileSync(join(home, 'backup.sh'), '#!/bin/sh\necho "backup $1 to $SHOP"\necho "a warning" >&2\n')
    chmodSync(join(home, 'backup.sh'), 0o755)
    const clock = fakeClock(project)
    const options = { env: { ...clock.options.env, TZ: 'Europe/Berlin' } }
    const begun = newYearsEve - Date.now()
    clock.set(begun)

    const imported = await project.run(['schedule', 'import', 'my.crontab'], options)
    expect(imported).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/\n10 added, 0 changed, 0 as they were\n$/),
    })
    const again = await project.run(['schedule', 'import', 'my.crontab'], options)
    expect(again).toMatchObject({ exitCode: 0, stdout: '' })

    const next = ['schedule', 'next', '--to', end]
    const { slots } = await project.json<{ slots: readonly (DueJson & { name: string })[] }>(next, options)
    const worker = project.start(['workers', 'start'], options)
    await worker.says(/ready/)
    for (const at of new Set(slots.map((slot) => slot.at))) {
      clock.set(begun + Date.parse(at) - newYearsEve)
      // It sleeps for half a minute at most; news wakes it sooner.
      await enqueueJob(project, 'shell', ['true'])
      const due = slots.filter((slot) => slot.at === at).map(({ name }) => name)
      await eventually(async () => {
        const jobs = (await jobsOf(project)).filter(({ schedule }) => schedule?.slot === at)
        expect(jobs.map(({ schedule }) => schedule?.name).sort()).toEqual(due.sort())
        expect(jobs.map(({ endedAt }) => endedAt)).not.toContain(null)
      })
    }
    worker.signal('SIGTERM')
    await worker.ended

    const history = async (name: string) => {
      const answer = await project.json<{ slots: readonly SlotJson[] }>(['schedule', 'history', name], options)
      return answer.slots.map(({ slot, outcome, jobState }) => `${slot.slice(8, 16)} ${outcome} ${jobState}`).reverse()
    }
    const names = [...new Set(slots.map(({ name }) => name))].sort()
    const told = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await history(name)])))
    expect(told).toEqual(expected)

    const file = (name: string) => readFileSync(join(home, name), 'utf8')
    expect(file('backup.log')).toBe('backup --full to north street\na warning\n')
    expect(file('sync.log')).toBe('sync north street\n'.repeat(6))
    expect(file('report.log')).toBe('report in reports\n')
    expect(file('daily.log')).toBe('2031-01-01\n')
    expect(file('letter.txt')).toBe('Dear all,\n\nhalf of the year is over.\n')
    expect(file('ticks.log')).toBe('tick\n'.repeat(6))
    expect(file('open.log')).toBe('open at 2031-01-01T01:00:00.000Z\nopen at 2031-01-01T03:00:00.000Z\n')
    expect(file('year.log')).toBe('happy new year\n')
    const failed = (await jobsOf(project)).filter(({ state }) => state === 'failed')
    expect(failed.map(({ schedule, error }) => [schedule?.slot, error?.message])).toEqual([
      ['2031-01-01T03:05:00.000Z', 'the command ended with exit code 3'],
    ])
  },
)
