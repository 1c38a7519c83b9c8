import { beeQueue } from './bee-queue.js'
import { bullmq } from './bullmq.js'
import type { Peer } from './peer.js'
import { type Fsync, fsyncs, redisVersion, withRedis } from './redis-server.js'
import { type Work, works } from './system.js'

/** A library that keeps its jobs in Redis, however that syncs. */
export interface OnRedis extends Pick<Peer, 'open' | 'drain' | 'serve'> {
  readonly id: string
  readonly title: string
}

/** Each of them, once for each way to sync. */
export const peersOnRedis: readonly Peer[] = fsyncs.flatMap((fsync) =>
  [beeQueue, bullmq].map((library) => syncing(library, fsync)),
)

function syncing(library: OnRedis, fsync: Fsync): Peer {
  return {
    ...library,
    id: `${library.id}-${fsync}`,
    title: `${library.title}, ${fsync}`,
    works: Object.keys(works) as Work[],
    shares: { 'drain.warm': 0.2 },
    missing: () => (redisVersion() === null ? 'redis-server' : null),
    withBackend: (folder, use) => withRedis(folder, fsync, use),
  }
}
