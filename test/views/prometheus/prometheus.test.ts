import { expect, test } from 'vitest'
import { jobStates } from '../../../src/domain/job.js'
import { durationBucket, type TaskStatistics } from '../../../src/domain/statistics.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { Exposition } from '../../../src/views/prometheus/exposition.js'
import { maxNames } from '../../../src/views/prometheus/names.js'
import { type PrometheusFacts, prometheusText } from '../../../src/views/prometheus/prometheus.js'
import { histogramBounds } from '../../../src/views/prometheus/tasks.js'
import { faultySchedule, newSchedule } from '../../support/schedule.js'

const nothing: PrometheusFacts = {
  statistics: [],
  queues: [],
  workers: [],
  schedules: [],
  health: 'healthy',
  storeBytes: null,
  build: { version: '1.2.3' },
}
const textOf = (facts: Partial<PrometheusFacts>) => prometheusText({ ...nothing, ...facts }, 0)

function taskOf(task: string, overrides: Partial<TaskStatistics> = {}): TaskStatistics {
  const failedBy = { error: 0, timeout: 0, lost: 0, expired: 0 }
  const none = { failed: 0, failedBy, retried: 0, durationMs: 0, durations: [] }
  return { task, queue: 'default', completed: 1, ...none, ...overrides }
}

/** The value of a sample; null if it is not there. */
function sampled(text: string, sample: string): number | null {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `))
  return line === undefined ? null : Number(line.slice(sample.length))
}

test('Characters that would end a label are escaped.', () => {
  const out = new Exposition()
  out.sample('m', { label: 'a"b\\c\nd' }, 1)
  out.comment('two\nlines')
  expect(out.text()).toBe('m{label="a\\"b\\\\c\\nd"} 1\n# two lines\n')
})

test('The buckets of the histogram are cumulative, and the counts of a task are summed up over its queues.', () => {
  const durations = [3, 40, 7_200_000].map((ms) => ({ bucket: durationBucket(ms), count: 2 }))
  const text = textOf({
    statistics: [taskOf('a', { durations, durationMs: 14_400_086 }), taskOf('a', { queue: 'mail', retried: 4 })],
  })
  const bucket = (le: string) => sampled(text, `offstage_job_duration_seconds_bucket{task="a",le="${le}"}`)
  expect([bucket('0.005'), bucket('0.025'), bucket('0.05'), bucket('3600'), bucket('+Inf')]).toEqual([2, 2, 4, 4, 6])
  const values = histogramBounds.map((bound) => bucket(String(bound)) ?? Number.NaN)
  expect(values).toEqual(values.toSorted((a, b) => a - b))
  expect(sampled(text, 'offstage_job_duration_seconds_sum{task="a"}')).toBe(14_400.086)
  expect(sampled(text, 'offstage_jobs_completed_total{task="a"}')).toBe(2)
  expect(sampled(text, 'offstage_jobs_retried_total{task="a"}')).toBe(4)
})

test('Of very many names the first have labels of their own, the others one together, and the text says so.', () => {
  const names = Array.from({ length: maxNames + 5 }, (_, index) => `n${String(index).padStart(4, '0')}`)
  const counts = Object.fromEntries(jobStates.map((state) => [state, 1])) as Record<(typeof jobStates)[number], number>
  const text = textOf({
    statistics: [...names.map((name) => taskOf(name)), taskOf('n0000', { queue: 'mail' })],
    queues: names.map((name, index) => ({ name, paused: false, counts, oldestQueuedAt: -1_000 * index })),
  })
  expect(sampled(text, 'offstage_jobs_completed_total{task="n0000"}')).toBe(2)
  expect(sampled(text, 'offstage_jobs_completed_total{task="n0199"}')).toBe(1)
  expect(sampled(text, 'offstage_jobs_completed_total{task="n0200"}')).toBeNull()
  expect(sampled(text, 'offstage_jobs_completed_total{task="other"}')).toBe(5)
  expect(text).toContain('\n# 5 tasks are summed up as "other".\n')
  expect(sampled(text, 'offstage_jobs{queue="other",state="queued"}')).toBe(5)
  expect(sampled(text, 'offstage_queue_latency_seconds{queue="other"}')).toBe(204)
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const series = samples.map((line) => line.replace(/ \S+$/, ''))
  expect(new Set(series).size).toBe(series.length)
})

test('A task that is called "other" shares its label with those over the limit.', () => {
  const names = Array.from({ length: maxNames + 1 }, (_, index) => `z${index}`)
  const text = textOf({ statistics: [taskOf('other'), ...names.map((name) => taskOf(name))] })
  expect(sampled(text, 'offstage_jobs_completed_total{task="other"}')).toBe(3)
})

test('A schedule has the success that it expects only where it says so and is not paused, and says that it is faulty.', async () => {
  const store = openMemoryStore(movableClock())
  await store.putSchedules([
    newSchedule('nightly', { expectSuccessEveryMs: 3_600_000 }),
    newSchedule('calm'),
    faultySchedule('broken'),
  ])
  const schedules = (await store.schedules()).map((schedule) => ({
    ...schedule,
    createdAt: 7_000,
    nextAt: 1,
    isFaulty: schedule.plan === null,
  }))
  const text = textOf({ schedules })
  const of = (metric: string, name: string) => sampled(text, `offstage_schedule_${metric}{schedule="${name}"}`)
  expect(['nightly', 'calm', 'broken'].map((name) => of('expected_success_seconds', name))).toEqual([3_600, null, null])
  expect(['nightly', 'calm', 'broken'].map((name) => of('faulty', name))).toEqual([0, 0, 1])
  expect(of('created_timestamp_seconds', 'nightly')).toBe(7)
  const paused = textOf({ schedules: schedules.map((schedule) => ({ ...schedule, nextAt: null })) })
  expect(paused).not.toContain('expected_success_seconds{')
})
