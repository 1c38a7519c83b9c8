import { cpSync, existsSync, readdirSync, utimesSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JobJson } from '../../src/views/job.js'
import type { ScheduleJson } from '../../src/views/schedule.js'
import type { DueJson } from '../../src/views/slot.js'
import { cliProject } from '../support/cli.js'
import { jobsOf } from '../support/store.js'

const example = join(import.meta.dirname, '../../examples/schedules')
const leftByRuns = ['.offstage', 'data', 'logs', 'backups']
const hourMs = 3_600_000

describe('examples/schedules', () => {
  const project = cliProject()
  cpSync(example, project.root, { recursive: true, filter: (file) => !leftByRuns.includes(basename(file)) })

  /** Fires a schedule by hand, and runs all that is due. */
  const fire = async (name: string) => {
    const { stdout } = await project.run(['schedule', 'trigger', name])
    const burst = await project.run(['workers', 'start', '--burst'])
    expect(burst.exitCode, burst.stderr).toBe(0)
    const job = await project.json<JobJson>(['status', stdout.trim()])
    expect(job, JSON.stringify(job.error)).toMatchObject({ state: 'completed', schedule: { name } })
    return job
  }
  const timesOf = async (name: string, ...flags: string[]) => {
    const { slots } = await project.json<{ readonly slots: readonly DueJson[] }>(['schedule', 'next', name, ...flags])
    return slots.map(({ local, offset, note }) => [`${local} ${offset}`, note])
  }

  beforeAll(async () => {
    const synced = await project.run(['schedule', 'sync'])
    expect(synced, synced.stderr).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('The schedules of the code and of the config are brought in and listed.', async () => {
    const { items } = await project.json<{ readonly items: readonly ScheduleJson[] }>(['schedule', 'list'])
    expect(items.map(({ name, task, rule, tz, source, fault }) => [name, task, rule, tz, source, fault])).toEqual([
      ['analytics.update', 'analytics.update', '0 * * * *', 'UTC', 'code', null],
      ['logs.clean', 'logs.clean', '0 2 * * *', 'Europe/Berlin', 'code', null],
      ['weekly-backup', 'backup', '0 3 * * SUN', 'Europe/Berlin', 'config', null],
    ])
  })

  test('Each is due when the table of the readme says.', async () => {
    expect(await timesOf('analytics.update', '--from', '2027-03-28T00:30', '--count', '3')).toEqual([
      ['2027-03-28 01:00:00 +00:00', null],
      ['2027-03-28 02:00:00 +00:00', null],
      ['2027-03-28 03:00:00 +00:00', null],
    ])
    expect(await timesOf('logs.clean', '--from', '2027-03-27', '--to', '2027-03-30')).toEqual([
      ['2027-03-27 02:00:00 +01:00', null],
      ['2027-03-28 03:00:00 +02:00', expect.stringContaining('02:00 does not exist that day')],
      ['2027-03-29 02:00:00 +02:00', null],
    ])
    expect(await timesOf('weekly-backup', '--from', '2027-03-15', '--count', '2')).toEqual([
      ['2027-03-21 03:00:00 +01:00', null],
      ['2027-03-28 03:00:00 +02:00', null],
    ])
  })

  test('The analytics are of the hour that ends at the slot.', async () => {
    const job = await fire('analytics.update')
    const to = job.schedule?.slot ?? ''
    const line = { from: new Date(Date.parse(to) - hourMs).toISOString(), to }
    expect(job.result).toEqual(line)
    expect(project.lines('data/analytics.jsonl').map((text) => JSON.parse(text))).toContainEqual(line)
  })

  test('The clean-up removes logs older than thirty days, and no others.', async () => {
    const ageInDays = { 'old.log': 31, 'young.log': 29, 'new.log': 0 }
    for (const [name, days] of Object.entries(ageInDays)) {
      const writtenAt = new Date(Date.now() - days * 24 * hourMs)
      utimesSync(project.write(`logs/${name}`, `${name}\n`), writtenAt, writtenAt)
    }
    const job = await fire('logs.clean')
    expect(job.result).toEqual({ removed: ['old.log'] })
    expect(readdirSync(project.path('logs')).sort()).toEqual(['new.log', 'young.log'])
  })

  test('The backup is a tar file of the folder, and has the name of its slot.', async () => {
    project.write('data/customers.csv', 'ada,lovelace\n')
    const job = await fire('weekly-backup')
    const file = `backups/${(job.schedule?.slot ?? '').replace(/[:.]/g, '-')}.tar`
    expect(job).toMatchObject({ task: 'backup', args: ['data'], result: { file } })
    const unpacked = await project.shell(`tar -xOf ${file} data/customers.csv`)
    expect(unpacked).toMatchObject({ exitCode: 0, stdout: 'ada,lovelace\n' })
  })

  test('A token is made with the job that removes it in an hour.', async () => {
    const before = Date.now()
    const { result } = await project.json(['run', 'tokens.request', 'ada@example.com'])
    const { id } = result as { readonly id: string }
    expect(project.read(`data/tokens/${id}`)).toBe('ada@example.com')
    const removal = (await jobsOf(project)).find(({ task }) => task === 'tokens.remove')
    expect(removal).toMatchObject({ state: 'scheduled', args: [id], key: `remove:${id}` })
    const dueAt = Date.parse(removal?.dueAt ?? '')
    expect(dueAt).toBeGreaterThanOrEqual(before + hourMs)
    expect(dueAt).toBeLessThanOrEqual(Date.now() + hourMs)
  })

  test('A token that the terminal has removed in an hour is gone when that schedule fires.', async () => {
    project.write('data/tokens/ada-4711', 'ada@example.com')
    const before = Date.now()
    const words = ['schedule', 'tokens.remove', 'ada-4711', '--in', '1h', '--name', 'remove-4711']
    const { nextAt } = await project.json<ScheduleJson>(words)
    expect(Date.parse(nextAt ?? '')).toBeGreaterThanOrEqual(before + hourMs)
    expect(Date.parse(nextAt ?? '')).toBeLessThanOrEqual(Date.now() + hourMs)
    expect(await timesOf('remove-4711')).toEqual([[nextAt?.replace('T', ' ').replace(/\.\d+Z$/, ' +00:00'), null]])
    const job = await fire('remove-4711')
    expect(job).toMatchObject({ task: 'tokens.remove', args: ['ada-4711'] })
    expect(existsSync(project.path('data/tokens/ada-4711'))).toBe(false)
  })
})
