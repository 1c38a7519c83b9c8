import { beforeEach, expect, test } from 'vitest'
import { checkAssertions } from '../../../src/app/assertions/check-assertions.js'
import { countFields, healthFields, parseAssertion, queueFields } from '../../../src/domain/assertion.js'
import { notificationKey, notifyTask } from '../../../src/domain/notification.js'
import { systemClock } from '../../../src/engine/clock.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import type { Store } from '../../../src/stores/store.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'
import { newSchedule } from '../../support/schedule.js'

let store: Store

beforeEach(async () => {
  store = openMemoryStore(systemClock)
  const worker = await store.register(newWorker(systemClock, { pidNamespace: null }))
  await store.enqueue([
    newJob({ queue: 'mail', task: 'send' }),
    newJob({ queue: 'mail', task: 'send' }),
    newJob({ task: 'other' }),
    newJob({ task: notifyTask, key: { name: notificationKey('j3', 1), policy: 'skip', forMs: 0 } }),
  ])
  const outcome = outcomesAt(systemClock)
  const claims = await store.claim({ worker, queues: null, limit: 4 })
  await store.settle(
    claims.map(({ job, lease }) => ({ lease, outcome: job.task === 'other' ? outcome.failed() : outcome.completed() })),
  )
  await store.enqueue([newJob({ queue: 'mail' })])
  await store.pauseQueues(['mail'])
})

const check = (...texts: readonly string[]) =>
  checkAssertions(
    store,
    texts.map((text) => parseAssertion(text, '--assert')),
    systemClock.now(),
  )

test.each([
  ['queue.mail.queued == 1', true, 1],
  ['queue.mail.queued > 1', false, 1],
  ['queue.mail.paused == 1', true, 1],
  ['queue.mail.workers >= 1', true, 1],
  ['queue.default.latencyMs == 0', true, 0],
  ['total{since=5m} == 3', true, 3],
  ['completed{task=offstage.notify} == 1', true, 1],
  ['failed{since=5m,task=send} == 0', true, 0],
  ['completed{queue=mail} != 2', false, 2],
  ['health.oldestQueuedMs == 0', true, 0],
  ['health.workersAlive == 1', true, 1],
  ['health.recentTasks == 3', true, 3],
])('%s: %s, it is %i.', async (text, holds, value) => {
  const [checked] = await check(text)
  expect(checked).toEqual({ assertion: text, holds, value, doubt: null })
})

test('A queue that is not there has no jobs, and says so.', async () => {
  expect(await check('queue.mial.queued == 0')).toEqual([
    { assertion: 'queue.mial.queued == 0', holds: true, value: 0, doubt: 'there is no queue mial' },
  ])
})

test('A task that nothing knows is said, but none that a schedule, a worker or a waiting job has.', async () => {
  const doubts = async (...texts: readonly string[]) => (await check(...texts)).map(({ doubt }) => doubt)
  expect(await doubts('failed{task=snd} == 0', 'failed{since=5m,queue=mial} == 0')).toEqual([
    'nothing here knows a task snd',
    'there is no queue mial',
  ])
  await store.enqueue([newJob({ task: 'fresh' })])
  await store.putSchedules([newSchedule('nightly')])
  await store.setTasks('w1', ['known'])
  const texts = ['fresh', 'nightly', 'known'].map((task) => `failed{since=5m,task=${task}} == 0`)
  expect(await doubts(...texts)).toEqual([null, null, null])
})

test('Every field is a number.', async () => {
  const texts = [
    ...queueFields.map((field) => `queue.mail.${field} >= 0`),
    ...healthFields.map((field) => `health.${field} >= 0`),
    ...countFields.map((field) => `${field}{since=1h} >= 0`),
  ]
  expect((await check(...texts)).filter(({ holds }) => !holds)).toEqual([])
})
