import { makeJob, plainTaskDefaults } from '../src/domain/request.js'
import { attemptOf } from '../src/engine/attempts/running-attempt.js'
import { systemClock } from '../src/engine/clock.js'
import type { TaskPool } from '../src/engine/pool/task-pool.js'
import { openMemoryStore } from '../src/stores/memory/store.js'
import type { Claim } from '../src/stores/store.js'

const warmUpJobs = 2_000

/**
 * Runs jobs of no store in the task processes, so that a drain does not measure how its code is compiled. Whoever listens
 * to the pool next takes over.
 */
export async function warmUp(pool: TaskPool, concurrency: number, processes: number): Promise<void> {
  const claim = await sampleClaim()
  let started = 0
  const start = (count: number) => {
    const entries = Array.from({ length: Math.min(count, warmUpJobs - started) }, () =>
      attemptOf(numbered(claim, ++started)),
    )
    if (entries.length > 0) pool.handOver(entries)
  }
  await new Promise<void>((resolve, reject) => {
    let left = warmUpJobs
    pool.open(concurrency, processes, (_, event) => {
      if (event.type === 'returned') reject(new Error('a job of the warm-up came back'))
      else if (event.type === 'exited') reject(new Error('the task process died while it warmed up'))
      else if (event.type === 'finished') {
        left -= event.ends.length
        if (left === 0) resolve()
        else start(event.ends.length)
      }
    })
    void Promise.all(pool.slots.map((slot) => slot.catalog)).then(() => start(2 * concurrency))
  })
}

async function sampleClaim(): Promise<Claim> {
  const store = openMemoryStore(systemClock)
  const worker = await store.register({
    process: { pid: process.pid, startTicks: null },
    host: 'bench',
    bootId: systemClock.bootId,
    pidNamespace: null,
    concurrency: 1,
    queues: null,
    tasks: null,
  })
  await store.enqueue([makeJob('noop', plainTaskDefaults, '[0]', {}, systemClock.now())])
  const [claim] = await store.claim({ worker, queues: null, limit: 1 })
  await store.close()
  if (claim === undefined) throw new Error('the job of the warm-up was not claimed')
  return claim
}

// No store gives such an id, so that no end of a warm-up can be taken for one of the drain.
function numbered(claim: Claim, n: number): Claim {
  return { ...claim, job: { ...claim.job, id: `warm-up-${n}` } }
}
