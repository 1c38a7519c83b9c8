import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addHousekeeping } from '../../examples/express/housekeeping.js'
import { BackgroundScheduler } from '../../src/background/background-scheduler.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { temporaryFolder } from '../support/folder.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

test('Logs are cleaned daily at two, analytics are made hourly, a backup weekly from three on.', async () => {
  vi.stubEnv('TZ', 'UTC')
  onTestFinished(() => void vi.unstubAllEnvs())
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  const clock = movableClock() // it begins at midnight
  const scheduler = new BackgroundScheduler({ clock })
  const ended: string[] = []
  const noting: Parameters<typeof addHousekeeping>[0] = {
    addRecurringTask: (run, when, ...args) =>
      scheduler.addRecurringTask(
        async (...given) => {
          await run(...given)
          ended.push(run.name)
        },
        when,
        ...args,
      ),
  }
  addHousekeeping(noting, folder.path, () => clock.now())
  /** An hour passes. Files take real time: a run that still goes an hour later would keep the next one out. */
  let expected = 0
  let hours = 0
  const pass = async () => {
    await clock.advance(hourMs)
    hours += 1
    const due = 1 + Number(hours % 24 === 2) + Number(hours % (7 * 24) === 3)
    expected += due
    await vi.waitFor(() => expect(ended).toHaveLength(expected), { timeout: 20_000, interval: 1 })
  }
  const at = (ms: number) => new Date(ms)
  const start = clock.now()
  await mkdir(join(folder.path, 'logs'))
  for (const [name, days] of Object.entries({ 'old.log': 31, 'young.log': 29 })) {
    const file = join(folder.path, 'logs', name)
    writeFileSync(file, name)
    utimesSync(file, at(start - days * dayMs), at(start - days * dayMs))
  }
  const logs = () => readdirSync(join(folder.path, 'logs')).sort()
  const backups = () =>
    existsSync(join(folder.path, 'backups')) ? readdirSync(join(folder.path, 'backups')).sort() : []
  const reports = () =>
    readFileSync(join(folder.path, 'analytics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).at)

  await pass()
  expect(logs()).toEqual(['old.log', 'young.log'])
  await pass()
  expect(logs()).toEqual(['young.log'])
  expect(backups()).toEqual([])
  await pass()
  expect(backups()).toEqual(['2030-01-01'])
  expect(reports()).toEqual([1, 2, 3].map((hour) => at(start + hour * hourMs).toISOString()))
  for (let hour = 0; hour < 7 * 24; hour++) await pass()
  expect(backups()).toEqual(['2030-01-01', '2030-01-08'])
  expect(logs()).toEqual([])
  expect(reports()).toHaveLength(3 + 7 * 24)

  await scheduler.stop()
  const made = reports().length
  await clock.advance(dayMs)
  expect(reports()).toHaveLength(made)
})
