import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

// What scripts read. A field may be added; here it is added too, so that none goes away or is renamed by accident.
const project = cliProject({
  'tasks/a.mjs': `export const works = () => 'done'\nexport const fails = () => { throw new Error('no') }\n`,
})

type Json = Record<string, unknown>
const keys = (value: unknown) => Object.keys(value as Json).sort()
const first = (value: unknown) => (value as { items: Json[] }).items[0]

const jobKeys = [
  'args',
  'attempt',
  'createdAt',
  'dueAt',
  'endedAt',
  'error',
  'explanation',
  'failures',
  'id',
  'key',
  'losses',
]
const listed = [
  ...jobKeys,
  'maxRetries',
  'priority',
  'progress',
  'queue',
  'reason',
  'schedule',
  'startedAt',
  'state',
  'task',
]
const inLists = [...listed, 'timeoutMs', 'worker']

test('A job has these fields wherever it is shown; lists leave out attempts and the result.', async () => {
  const run = await project.json<Json>(['run', 'a.works'])
  const whole = [...inLists, 'attempts', 'result'].sort()
  expect(keys(run).filter((key) => whole.includes(key))).toEqual(whole)
  expect(run).toMatchObject({
    state: 'completed',
    result: 'done',
    reason: null,
    error: null,
    schedule: null,
    progress: null,
  })
  const failed = await project.json<Json>(['run', 'a.fails', '--retries', '0'])
  expect(keys(failed.error)).toEqual(['message', 'name', 'stack'])
  expect((failed.attempts as Json[]).map(keys)).toEqual([
    ['attempt', 'durationMs', 'endedAt', 'endedBy', 'error', 'reason', 'startedAt', 'state', 'usage', 'worker'],
  ])
  const detached = await project.json<Json>(['run', 'a.works', '--detach'])
  const shown = await project.json<Json>(['jobs', 'show', String(detached.id)])
  const status = await project.json<Json>(['status', String(detached.id)])
  expect([keys(shown), keys(status)]).toEqual([keys(run), keys(run)])
  const list = await project.json<{ items: Json[]; next: unknown }>(['jobs', 'list'])
  expect(keys(list)).toEqual(['items', 'next'])
  for (const field of ['attempts', 'result']) expect(list.items[0]).not.toHaveProperty(field)
  expect(keys(list.items[0]).filter((key) => inLists.includes(key))).toEqual([...inLists].sort())
  expect(String(run.createdAt)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('Status, metrics, health, queues, workers, tasks and schedules have these.', async () => {
  const has = async (args: readonly string[], expected: object) =>
    expect(await project.json(args)).toMatchObject(expected)
  const [text, number] = [expect.any(String), expect.any(Number)]
  await project.run(['schedule', 'a.works', '--every', '1h', '--start-at', '2026-01-01T00:00Z', '--name', 'hourly'])
  await project.run(['schedule', 'trigger', 'hourly'])
  const worker = project.start(['workers', 'start'])
  await worker.says(/is ready/)
  const queue = {
    name: 'default',
    paused: false,
    scheduled: number,
    queued: number,
    running: number,
    completed: number,
  }
  const counts = { ...queue, failed: number, cancelled: number, workers: expect.any(Array) }
  const alive = {
    id: text,
    state: 'alive',
    pid: number,
    host: text,
    startedAt: text,
    lastBeatAt: text,
    concurrency: 10,
  }
  await has(['queues', 'list'], { items: [counts] })
  await has(['workers', 'list'], { items: [{ ...alive, running: [], queues: null, scheduler: true }] })
  await has(['status'], {
    health: { status: text, reasons: expect.any(Array) },
    queues: [counts],
    workers: [alive],
    schedules: [{ name: 'hourly', task: 'a.works', rule: text, tz: text, nextAt: text, paused: false }],
    failures: [{ task: 'a.fails', error: 'Error: no', count: 1, firstAt: text, lastAt: text, sampleId: text }],
  })
  const task = { total: 1, completed: 0, failed: 1, retried: 0, averageMs: number, failureRate: 1, p50Ms: number }
  await has(['metrics'], {
    totalTasks: number,
    completedTasks: number,
    failedTasks: 1,
    retriedTasks: 0,
    averageDurationMs: number,
    windowMs: null,
    tasks: { 'a.fails': { ...task, p95Ms: number, p99Ms: number } },
  })
  await has(['health'], {
    status: text,
    reasons: expect.any(Array),
    recentTasks: number,
    failureRate: number,
    averageDurationMs: number,
    workersAlive: 1,
    oldestQueuedMs: null,
  })
  const slot = { at: text, local: text, offset: '+00:00' }
  const next = await project.json<{ slots: Json[] }>(['schedule', 'next', 'hourly', '--count', '1'])
  expect(next).toMatchObject({ name: 'hourly', slots: [slot] })
  expect(next.slots[0]).toHaveProperty('note')
  const history = await project.json<{ slots: Json[] }>(['schedule', 'history', 'hourly'])
  expect(history).toMatchObject({ name: 'hourly', slots: [{ slot: text, outcome: 'fired', job: text }] })
  for (const key of ['reason', 'jobState', 'lateMs', 'through']) expect(history.slots[0]).toHaveProperty(key)
  const item = first(await project.json(['tasks']))
  expect(item).toMatchObject({
    name: 'a.fails',
    file: text,
    line: 2,
    queue: 'default',
    maxRetries: 3,
    timeoutMs: 900_000,
  })
  expect(item).toMatchObject({ description: null, schedule: null })
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})

test('--each and errors have these.', async () => {
  const lines = { input: '1\n2\n' }
  const each = await project.json(['run', 'a.works', '--each', '-', '--detach'], lines)
  expect(each).toEqual({ enqueued: 2, duplicates: 0, ids: [expect.any(String), expect.any(String)] })
  const here = await project.json<{ items: Json[] }>(['run', 'a.works', '--each', '-'], lines)
  expect(here.items).toMatchObject([{ state: 'completed' }, { state: 'completed' }])
  expect(await project.json(['run', 'nothing'])).toEqual({
    error: { code: 'E_UNKNOWN_TASK', message: expect.any(String), hint: expect.any(String) },
  })
  const held = ['run', 'a.works', '--key', 'k', '--detach', '--delay', '1h']
  expect(await project.json(held)).toMatchObject({ state: 'scheduled', key: 'k' })
  expect(await project.json(held)).toMatchObject({ duplicate: true })
})
