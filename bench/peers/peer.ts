import type { Measurement } from '../measure.js'

/** What peers and engine are both asked to do; the second part of an id. */
export const works = {
  'enqueue.singly': 'enqueue, one awaited after the other',
  'enqueue.in-flight': 'enqueue, 100 in flight',
  'enqueue.bulk': 'enqueue, 1,000 a call',
  'drain.1': 'drain, concurrency 1',
  'drain.10': 'drain, concurrency 10',
  'drain.100': 'drain, concurrency 100',
} as const

export type Work = keyof typeof works

/** Jobs of one run: as many as the engine's, but one by one, where a peer that syncs for each takes long. */
export interface PeerJobs {
  readonly singly: number
  readonly batched: number
  readonly drained: number
  readonly drainedOneByOne: number
}

/** One peer in one setting, such as BullMQ on a Redis that syncs each second. */
export interface Peer {
  readonly id: string
  readonly title: string
  measurements(jobs: PeerJobs): Measurement[]
}

/** A queue of a peer, new and empty. */
export interface PeerQueue {
  /** `n` is what the job is told: its number, or when it was sent. */
  add(n: number | string): Promise<unknown>
  addMany(numbers: readonly number[]): Promise<unknown>
  /** Runs what waits, so many jobs at a time; resolves to the milliseconds from the start of a ready worker to the last end. */
  drain(concurrency: number, count: number): Promise<number>
  close(): Promise<void>
}

/** A peer that keeps its jobs in Redis, however that syncs. */
export interface RedisPeer {
  readonly name: string
  readonly title: string
  open(port: number): Promise<PeerQueue>
  /** Starts a worker that runs ten jobs at a time, as Offstage's does unless told; resolves when it waits for jobs. */
  serve(port: number, run: (n: number | string) => void): Promise<void>
}

export function idOf(peer: string, work: Work): string {
  return `peer.${peer}.${work}`
}

export function countOf(work: Work, jobs: PeerJobs): number {
  if (work === 'enqueue.singly') return jobs.singly
  if (work === 'drain.1') return jobs.drainedOneByOne
  return work.startsWith('drain') ? jobs.drained : jobs.batched
}
