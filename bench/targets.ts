import type { Work } from './peers/peer.js'

/** What each engine figure is held against, and the share of the raw floor that it is meant to reach. */
export interface Comparison {
  readonly id: string
  readonly singly: string
  readonly batched: string
  /** null: only told, as with durability relaxed, whose floor would be another one. */
  readonly target: { readonly of: 'singly' | 'batched'; readonly ratio: number } | null
}

const insert = { singly: 'raw.insert.1', batched: 'raw.insert.1000' } as const
const complete = { singly: 'raw.complete.1', batched: 'raw.complete.1000' } as const

const full: readonly Comparison[] = [
  { id: 'engine.enqueue.singly', ...insert, target: { of: 'singly', ratio: 0.9 } },
  { id: 'engine.enqueue.in-flight', ...insert, target: { of: 'batched', ratio: 0.35 } },
  { id: 'engine.enqueue.bulk', ...insert, target: { of: 'batched', ratio: 0.6 } },
  { id: 'engine.drain.1', ...complete, target: { of: 'batched', ratio: 0.1 } },
  { id: 'engine.drain.10', ...complete, target: { of: 'batched', ratio: 0.3 } },
  { id: 'engine.drain.100', ...complete, target: { of: 'batched', ratio: 0.45 } },
]

const relaxed = full.map((one) => ({ ...one, id: one.id.replace('engine.', 'engine-relaxed.'), target: null }))

export const comparisons: readonly Comparison[] = [...full, ...relaxed]

/** How many times as fast as a peer the engine is meant to be, with durability full. */
export const peerTargets: readonly { readonly peer: string; readonly work: Work; readonly ratio: number }[] = [
  { peer: 'bee-queue-always', work: 'enqueue.in-flight', ratio: 3 },
  { peer: 'bullmq-everysec', work: 'drain.100', ratio: 5 },
]

/** From the call that enqueues to the first line of the task, in an idle worker; and what such a worker costs. */
export const pickUpTargets = { p50Ms: 3, p99Ms: 8, idleCpuPercent: 1 } as const

/** Draining through task processes over draining inline; and on two processes over one, where there is real work. */
export const taskProcessTargets = { noop: 0.9, busy: 1.8 } as const

/** Draining with very many jobs waiting over draining with few; the most memory of each process meanwhile. */
export const scaleTargets = { ratio: 0.95, peakMb: 90 } as const
