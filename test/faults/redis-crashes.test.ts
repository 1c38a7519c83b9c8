import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isTemporary } from '../../src/domain/errors.js'
import type { Store } from '../../src/stores/store.js'
import { cliProject, eventually } from '../support/cli.js'
import { newJob } from '../support/job.js'
import { ledgerTask, readLedger } from '../support/ledger.js'
import { RedisServer } from '../support/redis-server.js'
import { placesOf, redisStore } from '../support/redis-store.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const crashes = long ? 20 : 4

/** What was said of jobs while the server crashed again and again. */
interface Said {
  readonly acknowledged: string[]
  /** Jobs of calls that ended with "it may have been stored". */
  unknown: number
}

async function produce(store: Store, said: Said, over: AbortSignal): Promise<void> {
  const random = newRandom()
  while (!over.aborted) {
    const size = Math.ceil(random() * 10)
    try {
      const asked = Array.from({ length: size }, () => newJob({ task: 'work', argsJson: '[1]' }))
      said.acknowledged.push(...(await store.enqueue(asked)).map(({ id }) => id))
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown
      expect(thrown.hint).toContain('it may have been stored')
      said.unknown += size
    }
    await setTimeout(5)
  }
}

async function crashing(appendfsync: string) {
  const random = newRandom()
  const project = cliProject({ 'tasks/work.mjs': ledgerTask })
  const server = await RedisServer.start({ appendonly: 'yes', appendfsync })
  const store = await redisStore(server.url)
  try {
    const args = ['workers', 'start', '--concurrency', '8', '--no-scheduler', '--store', server.url]
    const workers = [project.start(args), project.start(args)]
    for (const worker of workers) await worker.says(/worker w\d+ is ready/)
    const said: Said = { acknowledged: [], unknown: 0 }
    const over = new AbortController()
    const producing = Promise.all([1, 2, 3].map(() => produce(store, said, over.signal)))
    for (let crash = 0; crash < crashes; crash++) {
      const before = said.acknowledged.length
      await eventually(() => expect(said.acknowledged.length).toBeGreaterThan(before + 50))
      await setTimeout(300 * random())
      await server.kill()
      await setTimeout(500 * random())
      await server.restart()
    }
    over.abort()
    await producing
    const stored = said.acknowledged.length + said.unknown
    // The workers go on by themselves, also with what is enqueued now.
    const [last] = await store.enqueue([newJob({ task: 'work', argsJson: '[1]' })])
    said.acknowledged.push(last?.id ?? '')
    await eventually(() => {
      const { completed = 0, ...others } = placesOf(server)
      expect(others).toEqual({})
      expect(completed).toBeGreaterThan(0)
    })
    const lost: string[] = []
    for (const id of said.acknowledged) if ((await store.job(id))?.state !== 'completed') lost.push(id)
    const completed = placesOf(server).completed ?? 0
    console.log(
      `appendfsync ${appendfsync}, seed ${seed}: ${crashes} crashes, ${said.acknowledged.length} jobs acknowledged, ${lost.length} of them lost; ${said.unknown} may have been stored, ${completed - said.acknowledged.length + lost.length} were`,
    )
    for (const worker of workers) worker.signal('SIGTERM')
    const ends = await Promise.all(workers.map(({ ended }) => ended))
    return { project, said, stored, lost, completed, ends }
  } finally {
    await store.close()
    await server.stop()
  }
}

test(`Redis with appendfsync always is killed again and again (seed ${seed}): nothing that was acknowledged is lost.`, async () => {
  const { project, said, stored, lost, completed, ends } = await crashing('always')
  expect(lost).toEqual([])
  expect(completed).toBeGreaterThanOrEqual(said.acknowledged.length)
  expect(completed).toBeLessThanOrEqual(stored + 1)
  expect(new Set(said.acknowledged).size).toBe(said.acknowledged.length)
  const ran = new Set(
    readLedger(project)
      .filter(({ what }) => what === 'E')
      .map(({ id }) => id),
  )
  expect(said.acknowledged.filter((id) => !ran.has(id))).toEqual([])
  for (const { exitCode } of ends) expect(exitCode).toBe(0)
}, 180_000)

// A process that is killed leaves what it has written to the system, so that little is lost or nothing; a power loss is another matter.
test.runIf(long)(
  'The same with appendfsync everysec, which promises less: the workers go on.',
  async () => {
    const { ends } = await crashing('everysec')
    for (const { exitCode } of ends) expect(exitCode).toBe(0)
  },
  180_000,
)
