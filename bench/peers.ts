import type { Measurement, Rate } from './measure.js'
import { onRedis } from './peers/on-redis.js'
import { idOf, type Peer, type PeerJobs, type Work, works } from './peers/peer.js'
import { plainjob } from './peers/plainjob.js'
import { redisServerVersion } from './peers/redis-server.js'
import { ratioOf } from './ratio.js'
import { peerTargets } from './targets.js'

/** How one peer does one work, beside the engine in the same rounds. */
export interface PeerRate extends Rate {
  readonly peer: string
  /** The engine's rate over the peer's: the median of the ratios of each round. null if the engine was not measured. */
  readonly fullToPeer: number | null
  readonly relaxedToPeer: number | null
  readonly targetFullToPeer: number | null
}

export interface Peers {
  readonly works: readonly {
    readonly work: Work
    /** The engine's, with durability full and relaxed. */
    readonly engine: readonly Rate[]
    readonly peers: readonly PeerRate[]
  }[]
  readonly redisVersion: string | null
  /** The peers that need a redis-server, which this machine lacks. */
  readonly leftOut: readonly string[]
}

export function peerMeasurements(jobs: PeerJobs): Measurement[] {
  const peers = redisServerVersion() !== null ? [...onRedis, ...plainjob] : plainjob
  return peers.flatMap((peer) => peer.measurements(jobs))
}

/** Puts each rate of a peer beside the engine's, work by work. */
export function comparePeers(rates: readonly Rate[]): Peers {
  const all = [...onRedis, ...plainjob]
  const redisVersion = redisServerVersion()
  return {
    works: (Object.keys(works) as Work[]).map((work) => ({
      work,
      engine: rates.filter(({ id }) => id === `engine.${work}` || id === `engine-relaxed.${work}`),
      peers: all.flatMap((peer) => {
        const rate = rates.find(({ id }) => id === idOf(peer.id, work))
        return rate === undefined ? [] : [beside(rate, peer, work, rates)]
      }),
    })),
    redisVersion,
    leftOut: redisVersion === null ? onRedis.map(({ title }) => title) : [],
  }
}

function beside(rate: Rate, peer: Peer, work: Work, rates: readonly Rate[]): PeerRate {
  const over = (engine: string) => {
    const ours = rates.find(({ id }) => id === `${engine}.${work}`)
    return ours === undefined ? null : ratioOf(ours, rate)
  }
  return {
    ...rate,
    peer: peer.title,
    fullToPeer: over('engine'),
    relaxedToPeer: over('engine-relaxed'),
    targetFullToPeer: peerTargets.find((target) => target.peer === peer.id && target.work === work)?.ratio ?? null,
  }
}
