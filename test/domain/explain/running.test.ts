import { describe } from 'vitest'
import { dead, expired, foreground, minute, now, saying, silent } from '../../support/explained.js'

describe('A running job', () => {
  const runs = { startedAt: now - 3 * minute, attempt: 2, timeoutMs: 15 * minute }
  const base = 'running for 3m in worker w1 (pid 4711 on box), attempt 2'
  const toLimit = 'its time limit of 15m ends at 2030-01-01T12:12:00.000Z (in 12m)'
  const asked =
    'asked to cancel, and not stopped yet: if it does not heed the signal within the grace, it is abandoned, or its process is killed'
  saying('running', {
    'has a time limit': [`${base}; ${toLimit}`, { job: runs }],
    'has none': [`${base}; it has no time limit`, { job: { ...runs, timeoutMs: null } }],
    'has used it up': [
      `${base}; its time limit of 1m seems to be over: it is being stopped, or its process still loads`,
      { job: { ...runs, timeoutMs: minute } },
    ],
    'is asked to cancel': [`${base}; ${asked}`, { job: { ...runs, cancelRequested: true } }],
    'is a suspect': [
      `${base}; as a suspect it has a task process to itself, since its process died once; ${toLimit}`,
      { job: { ...runs, suspect: true, losses: 1 } },
    ],
    'has a silent worker': [
      `${base}; ${toLimit}; its worker was last heard of at 2030-01-01T11:59:48.000Z (12s ago): if it stays silent until its lease ends at 2030-01-01T12:00:18.000Z (in 18s), the job goes back to its queue mail`,
      { job: runs, facts: { workers: [silent] } },
    ],
    'is asked to cancel by a silent worker': [
      `${base}; ${asked}; its worker was last heard of at 2030-01-01T11:59:48.000Z (12s ago): if it stays silent until its lease ends at 2030-01-01T12:00:18.000Z (in 18s), the job is cancelled`,
      { job: { ...runs, cancelRequested: true }, facts: { workers: [silent] } },
    ],
    'has a worker whose lease is over': [
      'its worker w1 (pid 4711 on box) was last heard of at 2030-01-01T11:58:00.000Z (2m ago) and its lease is over: it goes back to its queue mail within a second',
      { job: runs, facts: { workers: [expired, foreground] } },
    ],
    'has a dead worker, and there is no other': [
      'its worker w1 (pid 4711 on box) has died: it goes back to its queue mail when a worker starts: offstage workers start',
      { job: runs, facts: { workers: [dead] } },
    ],
    'has a dead worker, and is to be cancelled': [
      'its worker w1 (pid 4711 on box) has died: it is cancelled within a second',
      { job: { ...runs, cancelRequested: true }, facts: { workers: [dead, foreground] } },
    ],
    'has a dead worker that alone had its input': [
      'its worker w1 (pid 4711 on box) has died: it fails as lost within a second',
      { job: { ...runs, lostWithWorker: true, cancelRequested: true }, facts: { workers: [dead, foreground] } },
    ],
    'has a worker that is gone': [
      'its worker w1 has ended: it goes back to its queue mail',
      { job: runs, facts: { workers: [] } },
    ],
    'began in the future of a clock that was set back': [
      'running for 0ms in worker w1 (pid 4711 on box), attempt 1; it has no time limit',
      { job: { startedAt: now + minute } },
    ],
  })
})
