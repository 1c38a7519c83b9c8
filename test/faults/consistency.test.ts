import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { NewJob } from '../../src/domain/job.js'
import { defaultBackoff } from '../../src/domain/retry.js'
import { systemClock } from '../../src/engine/clock.js'
import { defaultStoreUrl, openStore, parseStoreUrl } from '../../src/open.js'
import type { Store } from '../../src/stores/store.js'
import { cliProject } from '../support/cli.js'
import { expectConsistent } from '../support/consistency.js'
import { newJob } from '../support/job.js'
import { afterCrash, storeFile } from '../support/store-file.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const kills = long ? 60 : 20
const jobsPerKill = 120

// Some fail for good, some are tried again, some are handed back; most take a moment.
const task = `import { setTimeout } from 'node:timers/promises'
import { currentJob, NonRetryableError, RetryLater } from 'offstage'
export default async function work(n) {
  await setTimeout(n % 8)
  const { attempt } = currentJob()
  if (n % 11 === 0) throw new NonRetryableError('for good')
  if (n % 5 === 0 && attempt < 3) throw new Error('once more')
  if (n % 7 === 0 && attempt < 2) throw new RetryLater(50)
  return n
}
`

const project = cliProject({ 'tasks/work.mjs': task })
const random = newRandom()
const below = (limit: number) => Math.floor(random() * limit)
const oneOf = <T>(...values: readonly T[]): T => values[below(values.length)] as T

/** A job of any kind: delayed, with a key, soon to expire, of some priority, on one of three queues. */
function anyJob(): NewJob {
  const now = systemClock.now()
  const key = { name: `k${below(12)}`, policy: oneOf('skip', 'replace', 'error'), forMs: oneOf(0, 300) } as const
  return newJob({
    task: 'work',
    argsJson: `[${below(1_000)}]`,
    queue: oneOf('default', 'default', 'mail', 'other'),
    priority: oneOf(0, 0, 0, -1, 5),
    dueAt: now + oneOf(0, 0, 0, 1, 100, 1_000),
    expiresAt: oneOf(null, null, null, now + 50, now + 1_500),
    backoff: oneOf(null, { ...defaultBackoff, initialDelayMs: 20 }),
    key: oneOf(null, null, key),
  })
}

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(parseStoreUrl(defaultStoreUrl, project.root), systemClock)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

test(`A worker is killed ${kills} times amidst jobs of all kinds (seed ${seed}): each job is in one place, and what is counted is there.`, async () => {
  let enqueued = 0
  for (let kill = 0; kill < kills; kill++) {
    enqueued += await withStore(async (store) => {
      const answers = await store.enqueue(Array.from({ length: jobsPerKill }, anyJob))
      return answers.filter(({ answer }) => answer === 'created' || answer === 'replaced').length
    })
    const worker = project.start(['workers', 'start', '--concurrency', '16'])
    await worker.says(/is ready/)
    const cancels = setTimeout(below(150)).then(() =>
      withStore((store) => store.cancel(Array.from({ length: 20 }, () => `j${1 + below(enqueued)}`))),
    )
    await setTimeout(below(400))
    worker.signal('SIGKILL')
    await Promise.all([worker.ended, cancels])
    afterCrash(project, () => {})
  }
  const burst = await project.run(['workers', 'start', '--burst', '--concurrency', '16'])
  expect(burst.exitCode, burst.stderr).toBe(0)
  expectConsistent(storeFile(project))
  const queues = await withStore((store) => store.queues())
  const sum = (state: 'completed' | 'failed' | 'cancelled' | 'running' | 'queued' | 'scheduled') =>
    queues.reduce((total, { counts }) => total + counts[state], 0)
  console.log(
    `consistency, seed ${seed}: ${enqueued} jobs, ${sum('completed')} completed, ${sum('failed')} failed, ${sum('cancelled')} cancelled`,
  )
  expect(sum('running') + sum('queued')).toBe(0)
  expect(sum('completed') + sum('failed') + sum('cancelled') + sum('scheduled')).toBe(enqueued)
  // A run in which nothing of a kind happened would show nothing of it.
  expect(Math.min(sum('completed'), sum('failed'), sum('cancelled'))).toBeGreaterThan(kills)
}, 600_000)
