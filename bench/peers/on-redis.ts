import { inBatches, withInFlight } from '../in-flight.js'
import { elapsedMs, type Measurement } from '../measure.js'
import { beeQueue } from './bee-queue.js'
import { bullmq } from './bullmq.js'
import { countOf, idOf, type Peer, type PeerQueue, type RedisPeer, type Work, works } from './peer.js'
import { type Fsync, fsyncs, withRedisServer } from './redis-server.js'

type Run = (queue: PeerQueue, count: number) => Promise<number>

export const redisPeers: readonly RedisPeer[] = [bullmq, beeQueue]

/** Each of them, once for each way to sync. */
export const onRedis: readonly Peer[] = redisPeers.flatMap((peer) =>
  fsyncs.map((fsync) => ({
    id: `${peer.name}-${fsync}`,
    title: titleOf(peer, fsync),
    measurements: (jobs) => runs.map(([work, run]) => measurement(peer, work, fsync, run, countOf(work, jobs))),
  })),
)

export function titleOf({ title }: RedisPeer, fsync: Fsync): string {
  return `${title}, ${fsync}`
}

const runs: readonly (readonly [Work, Run])[] = [
  ['enqueue.singly', (queue, count) => elapsedMs(() => withInFlight(count, 1, (n) => queue.add(n)))],
  ['enqueue.in-flight', (queue, count) => elapsedMs(() => withInFlight(count, 100, (n) => queue.add(n)))],
  ['enqueue.bulk', (queue, count) => elapsedMs(() => fill(queue, count))],
  ['drain.1', draining(1)],
  ['drain.10', draining(10)],
  ['drain.100', draining(100)],
]

function draining(concurrency: number): Run {
  return async (queue, count) => {
    await fill(queue, count)
    return queue.drain(concurrency, count)
  }
}

function fill(queue: PeerQueue, count: number): Promise<void> {
  return inBatches(count, 1_000, (numbers) => queue.addMany(numbers))
}

function measurement(peer: RedisPeer, work: Work, fsync: Fsync, run: Run, jobs: number): Measurement {
  const inServer = (folder: string, count: number) =>
    withRedisServer(folder, fsync, async (port) => {
      const queue = await peer.open(port)
      try {
        return await run(queue, count)
      } finally {
        await queue.close()
      }
    })
  return { id: idOf(`${peer.name}-${fsync}`, work), title: works[work], jobs, run: inServer }
}
