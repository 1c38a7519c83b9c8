import { describe } from 'vitest'
import {
  dead,
  expired,
  failed,
  foreground,
  later,
  lost,
  minute,
  now,
  saying,
  second,
  silent,
  worker,
} from '../../support/explained.js'
import { attemptThat } from '../../support/job.js'

describe('A scheduled job', () => {
  const due = (inMs: number) => ({ dueAt: now + inMs })
  saying('scheduled', {
    'is delayed': ['delayed until 2030-01-01T14:00:00.000Z (in 2h)', { job: due(120 * minute) }],
    'may expire': [
      'delayed until 2030-01-01T12:00:05.000Z (in 5s); it expires at 2030-01-01T12:10:00.000Z (in 10m) if it has not started by then',
      { job: { ...due(5_000), expiresAt: now + 10 * minute } },
    ],
    'waits for a retry': [
      'waits for retry 2 of 3 at 2030-01-01T12:00:40.000Z (in 40s), after Error: boom',
      { job: { ...due(40 * second), failures: 2 }, attempts: [failed, failed] },
    ],
    'asked for it': [
      'waits until 2030-01-01T12:10:00.000Z (in 10m), as its task asked with RetryLater',
      {
        job: due(10 * minute),
        attempts: [attemptThat('failed', { reason: 'error', error: later })],
      },
    ],
    'waits for children': [
      'waits for 2 jobs below it in a flow of BullMQ',
      { job: due(-second), facts: { hold: { kind: 'children', count: 2 } } },
    ],
    'is of a scheduler of BullMQ': [
      'delayed until 2030-01-01T12:00:05.000Z (in 5s); the job scheduler ticks of BullMQ has added it: only workers of BullMQ run it',
      { job: due(5_000), facts: { workers: [], hold: { kind: 'scheduler', name: 'ticks' } } },
    ],
    'was lost': ['waits until 2030-01-01T12:00:05.000Z (in 5s) to run again', { job: due(5_000), attempts: [lost] }],
    'would find no worker': [
      'delayed until 2030-01-01T12:00:05.000Z (in 5s); no worker is alive; start one: offstage workers start',
      { job: due(5_000), facts: { workers: [dead] } },
    ],
    'is of a foreground run': [
      'waits for retry 1 of 3 at 2030-01-01T12:00:05.000Z (in 5s), after Error: boom, in the foreground run of worker w2 (pid 4711 on box)',
      {
        job: { ...due(5_000), failures: 1, reservedFor: 'w2' },
        attempts: [failed],
        facts: { workers: [foreground], pausedAt: now },
      },
    ],
    'is due': [
      'due since 2030-01-01T11:59:59.000Z (1s ago): a worker queues it within a second',
      { job: due(-second) },
    ],
    'is due, and nobody queues it': [
      'due since 2030-01-01T11:57:00.000Z (3m ago), but no worker is alive to queue it; start one: offstage workers start',
      { job: due(-3 * minute), facts: { workers: [expired] } },
    ],
  })
})

describe('A queued job', () => {
  const busy = worker({ running: 10 })
  const suspect = { suspect: true, losses: 2, lossesAlone: 1 }
  const reports = worker({ queues: ['reports'] })
  saying('queued', {
    'has no worker': [
      'queued on mail; no worker is alive; start one: offstage workers start',
      { facts: { workers: [expired, dead, foreground] } },
    ],
    'is of a scheduler of BullMQ': [
      'queued on mail; the job scheduler ticks of BullMQ has added it: only workers of BullMQ run it',
      { facts: { hold: { kind: 'scheduler', name: 'ticks' } } },
    ],
    'is held back by a limit of running jobs': [
      'queued on mail; 2 jobs of the queue run, and no more may: that is its limit in BullMQ',
      { facts: { hold: { kind: 'concurrency', most: 2 } } },
    ],
    'is held back by a rate': [
      'queued on mail; 1 job of the queue has started within 1m, and no more may: that is its limit in BullMQ',
      { facts: { hold: { kind: 'rate', most: 1, perMs: 60_000 } } },
    ],
    'has a limit and no worker': [
      'queued on mail; no worker is alive; start one: offstage workers start',
      { facts: { workers: [], hold: { kind: 'concurrency', most: 2 } } },
    ],
    'has no worker for its queue': [
      'queued on mail; the only worker does not serve mail; start one: offstage workers start --queues mail',
      { facts: { workers: [reports, foreground] } },
    ],
    'has none of many': [
      'queued on mail; none of 2 workers serves mail; start one: offstage workers start --queues mail',
      { facts: { workers: [reports, reports] } },
    ],
    'is on a paused queue': [
      'queued on mail; the queue has been paused since 2030-01-01T11:57:00.000Z (3m ago); resume it: offstage queues resume mail',
      { facts: { pausedAt: now - 3 * minute } },
    ],
    'is on a paused queue without a worker': [
      'queued on mail; the queue has been paused since 2030-01-01T12:00:00.000Z (0ms ago); resume it: offstage queues resume mail, and start a worker for it: offstage workers start',
      { facts: { pausedAt: now, workers: [] } },
    ],
    'is the next': ['queued on mail; it is the next, and worker w1 (pid 4711 on box) has a free place'],
    'is behind one': [
      'queued on mail; 1 job of the queue comes first, and worker w1 (pid 4711 on box) has a free place',
      { facts: { ahead: 1 } },
    ],
    'is the next of busy workers': [
      'queued on mail; it is the next when 2 workers have a free place: all 20 are taken',
      { facts: { workers: [busy, busy] } },
    ],
    'is behind others': [
      'queued on mail; 12 jobs of the queue come first when worker w1 (pid 4711 on box) has a free place: its only one is taken',
      { facts: { ahead: 12, workers: [worker({ concurrency: 1, running: 2, queues: ['mail'] }), reports] } },
    ],
    'is behind very many': [
      'queued on mail; at least 10000 jobs of the queue come first when worker w1 (pid 4711 on box) has a free place: all 10 are taken',
      { facts: { ahead: 10_000, workers: [busy] } },
    ],
    'has a silent worker': [
      'queued on mail; it is the next, but worker w1 (pid 4711 on box) has not been heard of for 12s: its lease holds until 2030-01-01T12:00:18.000Z (in 18s)',
      { facts: { workers: [silent] } },
    ],
    'is reserved': [
      'reserved for the foreground run of worker w2 (pid 4711 on box), which takes it when it has room',
      { job: { reservedFor: 'w2' }, facts: { workers: [foreground], pausedAt: now } },
    ],
    'was reserved for one that died': [
      'queued on mail; the foreground run of worker w2 that it was reserved for has ended: another worker frees it within a second',
      { job: { reservedFor: 'w2' }, facts: { workers: [worker(), { ...dead, id: 'w2' }] } },
    ],
    'was reserved, and nobody is left': [
      'queued on mail; no worker is alive; start one: offstage workers start',
      { job: { reservedFor: 'w2' }, facts: { workers: [] } },
    ],
    'has expired': [
      'not started before 2030-01-01T11:59:59.000Z, when it expired: the next worker that looks ends it as failed',
      { job: { expiresAt: now - second } },
    ],
    'does not expire once it was started': [
      'queued on mail for retry 1 of 3; no worker is alive; start one: offstage workers start',
      { job: { expiresAt: now - second, failures: 1 }, attempts: [failed], facts: { workers: [] } },
    ],
    'is a suspect': [
      'queued on mail as a suspect, to run alone in a task process, since its process died twice (once while it was alone there); it is the next when worker w1 (pid 4711 on box) has a free place: all 10 are taken',
      { job: suspect, attempts: [lost, lost], facts: { workers: [busy] } },
    ],
    'is a suspect of one death among others': [
      'queued on mail as a suspect, to run alone in a task process, since its process died once; no worker is alive; start one: offstage workers start',
      { job: { ...suspect, losses: 1, lossesAlone: 0 }, attempts: [lost], facts: { workers: [] } },
    ],
    'was handed back': [
      'queued on mail again, handed back by w9; no worker is alive; start one: offstage workers start',
      { attempts: [attemptThat('released', { worker: 'w9' })], facts: { workers: [] } },
    ],
    'lost its worker': [
      'queued on mail again, after its worker w9 died; no worker is alive; start one: offstage workers start',
      { attempts: [{ ...lost, worker: 'w9' }], facts: { workers: [] } },
    ],
    'was promoted after RetryLater': [
      'queued on mail again; no worker is alive; start one: offstage workers start',
      { attempts: [attemptThat('failed', { reason: 'error', error: later })], facts: { workers: [] } },
    ],
  })
})
