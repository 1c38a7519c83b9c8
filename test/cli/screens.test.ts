import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { currentStatus } from '../../src/app/current-status.js'
import { readHealth } from '../../src/app/health/current-health.js'
import { listJobs } from '../../src/app/jobs/list-jobs.js'
import { readMetrics } from '../../src/app/metrics/current-metrics.js'
import { healthText } from '../../src/cli/health-text.js'
import { jobsTable } from '../../src/cli/jobs/job-text.js'
import type { Look } from '../../src/cli/look.js'
import { metricsText } from '../../src/cli/metrics-text.js'
import { queuesTable } from '../../src/cli/queues/queues-table.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { statusText } from '../../src/cli/status/status-text.js'
import { workersTable } from '../../src/cli/workers/workers-table.js'
import { defaultHealthLimits } from '../../src/domain/health.js'
import { widthOf } from '../../src/views/cut.js'
import { scheduleToJson } from '../../src/views/schedule.js'
import { busyStore, emptyStore, failingStore, type SampleStore } from '../support/sample-stores.js'
import { screenFiles } from '../support/screen-files.js'
import { drivesMoreThanColour } from '../support/terminal.js'

// Each screen of a command on a terminal of each width, over a store with a known history.
type Screen = (sample: SampleStore, look: Look) => Promise<string>

const screens: Readonly<Record<string, Screen>> = {
  jobs: async ({ store, clock }, look) => {
    const { items } = await listJobs(store, {}, { limit: 20, after: null }, [])
    return jobsTable(items, clock.now(), look)
  },
  status: async ({ store, clock }, look) => statusText(await currentStatus(store, clock.now(), []), clock.now(), look),
  health: async ({ store, clock }, look) => {
    const current = await readHealth(store, defaultHealthLimits, clock.now(), [])
    return healthText(current, defaultHealthLimits.windowMs, 'readable, 12 MB', look)
  },
  metrics: async ({ store, clock }, look) => {
    const now = clock.now()
    const hour = now - 3_600_000
    const minutes = await store.statisticsByMinute(hour)
    return metricsText(await readMetrics(store, hour), 3_600_000, { minutes, now }, look)
  },
  workers: async ({ store, clock }, look) =>
    workersTable((await currentStatus(store, clock.now(), [])).workers, clock.now(), look),
  queues: async ({ store, clock }, look) => queuesTable((await currentStatus(store, clock.now(), [])).queues, look),
  schedules: async ({ store, clock }, look) => {
    const schedules = await store.schedules()
    const items = schedules.map((schedule) => scheduleToJson(schedule, [], clock.now()))
    return schedulesTable(items, clock.now(), look)
  },
}

const looks: readonly (Look & { readonly name: string })[] = [
  { name: '120', width: 120, hasColours: false, hasUnicode: true },
  { name: '120-colour', width: 120, hasColours: true, hasUnicode: true },
  { name: '80', width: 80, hasColours: false, hasUnicode: true },
  { name: '80-colour', width: 80, hasColours: true, hasUnicode: true },
  { name: '60', width: 60, hasColours: false, hasUnicode: true },
  { name: '60-ascii', width: 60, hasColours: false, hasUnicode: false },
]

const files = screenFiles('screens', Object.keys(screens).length * looks.length * 3)

describe.each([
  ['empty', async () => emptyStore()],
  ['busy', busyStore],
  ['failing', failingStore],
])('of a store that is %s', (state, open) => {
  test.each(Object.entries(screens))('The screen of %s fits each terminal.', async (name, screen) => {
    const sample = await open()
    for (const look of looks) {
      const text = await screen(sample, look)
      for (const line of text.split('\n')) {
        expect(widthOf(stripVTControlCharacters(line)), line).toBeLessThanOrEqual(look.width ?? 0)
      }
      expect(drivesMoreThanColour(text)).toBeNull()
      files.check(`${name}-${state}-${look.name}`, text)
    }
  })
})
