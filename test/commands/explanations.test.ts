import { describe, test } from 'vitest'
import type { EndedBy } from '../../src/domain/job.js'
import type { Outcome } from '../../src/domain/outcome.js'
import { systemClock } from '../../src/engine/clock.js'
import { thisHost } from '../../src/engine/host.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { Subject } from '../contract/harness.js'
import { type CliProject, cliProject } from '../support/cli.js'
import { type Golden, goldenFolder } from '../support/golden.js'
import { storeByClock } from '../support/store.js'
import { noVitals } from '../support/vitals.js'

const golden = goldenFolder('explanations')
const second = 1_000
const hour = 3_600_000

/** The ids of jobs, by what explains where they are. */
type Filled = Readonly<Record<string, string>>

/** What `status` says of the jobs that a store was filled with, by a clock that stands at the beginning of the test. */
async function explains(fill: (subject: Subject) => Promise<Filled>): Promise<void> {
  const project = cliProject({ 'tasks/a.mjs': '' })
  const filled = await fillStore(project, fill)
  const commands = Object.entries(filled).map(([name, id]) => [name, ['status', id]] as const)
  await golden.run(project, Object.fromEntries(commands) satisfies Parameters<Golden['run']>[1])
}

async function fillStore(project: CliProject, fill: (subject: Subject) => Promise<Filled>): Promise<Filled> {
  const clock = movableClock(systemClock)
  const store = await storeByClock(project, clock)
  const advance = async (ms: number) => clock.advance(ms)
  const reopen = async () => store
  const quiet = async () => {}
  try {
    return await fill(new Subject({ store, clock, advance, reopen, quiet, close: () => store.close() }))
  } finally {
    await store.close()
  }
}

/** A worker whose process is this one, and so is alive. */
const register = (subject: Subject, queues: readonly string[] | null = null, concurrency = 1) =>
  subject.register({ ...thisHost(), queues, concurrency })

/** A job that has run once or more, as a worker that is gone by now left it. */
async function ran(subject: Subject, outcomes: readonly Outcome[], job: Parameters<Subject['add']>[0] = {}) {
  const worker = await register(subject)
  const id = await subject.add({ queue: `of-${worker}`, ...job })
  for (const outcome of outcomes) {
    const [claim] = await subject.claim(worker, 1, [job.queue ?? `of-${worker}`])
    if (claim?.job.id !== id) throw new Error(`${id} cannot be claimed`)
    await subject.settle(claim, outcome)
  }
  await subject.store.deregister(worker)
  return id
}

describe('status JOB says why a job is where it is', () => {
  test('while no worker is alive', () =>
    explains(async (subject) => {
      const { store, clock, outcome } = subject
      const now = clock.now()
      const retry = (delayMs: number) => outcome.retry(delayMs)
      const asked = { name: 'RetryLater', message: 'not yet', stack: null }
      const filled: Record<string, string> = {
        'delayed-without-worker': await subject.add({ dueAt: now + 2 * hour + 50 * second }),
        'waits-for-retry': await ran(subject, [retry(0), retry(40 * second)], { queue: 'mail' }),
        'asked-for-later': await ran(subject, [
          outcome.retry(hour + 50 * second, { counts: 'postponement', error: asked }),
        ]),
        'queued-without-worker': await subject.add(),
        'due-without-worker': await subject.add({ dueAt: now + 1 }),
        'not-started-in-time': await subject.add({ queue: 'urgent', expiresAt: now }),
        'handed-back': await ran(subject, [outcome.released(true)]),
        suspect: await ran(subject, [outcome.retry(0, { reason: 'lost', counts: 'loss alone', endedBy: 'exit' })]),
        'queue-paused': await subject.add({ queue: 'paused' }),
      }
      clock.setWall(now - 3 * hour)
      await store.pauseQueues(['paused'])
      const dead = await subject.register({ ...thisHost(), process: { pid: process.pid, startTicks: 1 } })
      const died = await subject.add({ queue: 'of-the-dead' })
      await subject.claim(dead, 1, ['of-the-dead'])
      return { ...filled, 'running-in-dead-worker': died }
    }))

  test('while workers are alive', () =>
    explains(async (subject) => {
      const { store, clock } = subject
      const now = clock.now()
      const busy = await register(subject, ['default'])
      const other = await register(subject, ['slow', 'endless', 'stopping', 'risky'], 9)
      clock.setWall(now - 2 * hour - second)
      const running = await subject.add({ timeoutMs: 5 * hour + 50 * second })
      await subject.claim(busy, 1, ['default'])
      const endless = await subject.add({ queue: 'endless' })
      const stopping = await subject.add({ queue: 'stopping' })
      const over = await subject.add({ queue: 'slow', timeoutMs: hour })
      const suspect = await subject.add({ queue: 'risky' })
      const [claim] = await subject.claim(other, 1, ['risky'])
      if (claim === undefined) throw new Error('nothing to claim')
      await subject.settle(claim, subject.outcome.retry(0, { reason: 'lost', counts: 'loss alone', endedBy: 'exit' }))
      await subject.claim(other, 9, ['endless', 'stopping', 'slow', 'risky'])
      await store.cancel([stopping])
      clock.setWall(now)
      for (const worker of [busy, other]) await store.beat(worker, noVitals)
      const foreground = await register(subject, [])
      return {
        running,
        'running-without-limit': endless,
        'asked-to-cancel': stopping,
        'over-its-limit': over,
        'running-suspect': suspect,
        'the-next': await subject.add(),
        'behind-others': await subject.add(),
        'a-free-place': await subject.add({ queue: 'slow' }),
        'not-served': await subject.add({ queue: 'mail' }),
        reserved: await subject.add({ queue: 'mail', reservedFor: foreground }),
        delayed: await subject.add({ dueAt: now + 2 * hour + 50 * second }),
      }
    }))

  test('while workers are silent or their leases are over', () =>
    explains(async (subject) => {
      const start = async (queue: string) => {
        const id = await subject.add({ queue })
        await subject.claim(await register(subject, [queue]), 1, [queue])
        return id
      }
      await subject.advance(-40 * second)
      const over = await start('over')
      await subject.advance(25 * second)
      return {
        'worker-silent': await start('silent'),
        'lease-over': over,
        'waits-for-silent': await subject.add({ queue: 'silent' }),
      }
    }))

  test('when it has ended', () =>
    explains(async (subject) => {
      const { store, clock, outcome } = subject
      const now = clock.now()
      const span = { startedAt: now - 36 * second, endedAt: now }
      const retry = outcome.retry(0)
      const error = { name: 'NonRetryableError', message: 'no such address\n\u001b[2Jat all', stack: null }
      const leak = { name: 'Error', message: 'hunter22 is no token', stack: null }
      const timeout = (endedBy: EndedBy) =>
        ran(subject, [outcome.failed({ ...span, reason: 'timeout', endedBy })], {
          timeoutMs: 30 * second,
          maxRetries: 0,
        })
      const cancelled = (endedBy: EndedBy) => ran(subject, [{ ...outcome.cancelled(), ...span, endedBy }])
      const loss = { reason: 'lost', counts: 'loss alone', endedBy: 'exit' } as const
      const waiting = await subject.add({ queue: 'unwanted' })
      const retried = await ran(subject, [outcome.retry(hour)])
      await store.cancel([waiting, retried])
      const expired = await subject.add({ queue: 'urgent', expiresAt: now })
      await subject.sweep()
      return {
        completed: await ran(subject, [{ ...outcome.completed(), ...span }]),
        'completed-at-last': await ran(subject, [retry, retry, { ...outcome.completed(), ...span }]),
        failed: await ran(subject, [retry, retry, retry, outcome.failed()]),
        'failed-with-a-secret': await ran(subject, [outcome.failed({ error: leak })], {
          argsJson: '[{"token":"hunter22"}]',
          maxRetries: 0,
        }),
        'failed-at-once': await ran(subject, [outcome.failed({ error })]),
        'timed-out-signal': await timeout('signal'),
        'timed-out-abandoned': await timeout('abandoned'),
        'timed-out-killed': await timeout('killed'),
        lost: await ran(subject, [outcome.retry(0, loss), outcome.retry(0, loss), outcome.failed(loss)]),
        expired,
        'cancelled-waiting': waiting,
        'cancelled-between-attempts': retried,
        'cancelled-signal': await cancelled('signal'),
        'cancelled-killed': await cancelled('killed'),
      }
    }))
})
