import { graphileWorker } from './graphile-worker.js'
import { peersOnRedis } from './on-redis.js'
import type { Peer } from './peer.js'
import { peersOnSqlite } from './plainjob.js'

export const peers: readonly Peer[] = [graphileWorker, ...peersOnRedis, ...peersOnSqlite]
