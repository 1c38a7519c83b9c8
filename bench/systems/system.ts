/** What every queue is asked to do; the second part of the id of a rate. */
export const works = {
  'enqueue.singly': 'enqueue, one awaited after the other',
  'enqueue.in-flight': 'enqueue, 100 in flight',
  'enqueue.bulk': 'enqueue, 1,000 a call',
  'drain.1': 'drain, cold, concurrency 1',
  'drain.10': 'drain, cold, concurrency 10',
  'drain.100': 'drain, cold, concurrency 100',
  'drain.warm': 'drain, warm, concurrency 100',
} as const

export type Work = keyof typeof works

/** A queue in one setting, such as BullMQ on a Redis that syncs each second. */
export interface System {
  /** The first part of the id of its rates. */
  readonly id: string
  readonly title: string
  /** What it can do. */
  readonly works: readonly Work[]
  /** The share of the jobs of a work that it gets, where all of them would take too long. */
  readonly shares: Partial<Record<Work, number>>
  /** The program that it needs and this machine lacks; null: none. */
  missing(): string | null
  /** Lends a new and empty file or server, and takes it back afterwards. */
  withBackend<T>(folder: string, use: (address: string) => Promise<T>): Promise<T>
  open(address: string): Promise<Queue>
  /** Starts a worker in a fresh process. It has its code and its connection, and takes no job yet. */
  startWorker(address: string, concurrency: number): Promise<SystemWorker>
}

export interface Queue {
  add(data: JobData): Promise<unknown>
  addMany(numbers: readonly number[]): Promise<unknown>
  close(): Promise<void>
}

/** The number of a job that does nothing, or what a job that measures its own wait needs. */
export type JobData = number | Sent

export interface Sent {
  /** On the monotonic clock, in nanoseconds. */
  readonly sentAt: string
  /** Gets a line with the nanoseconds that passed since. */
  readonly file: string
}

export interface SystemWorker {
  readonly pid: number
  /** Runs so many waiting jobs; resolves to the milliseconds from its start to the last end that is stored. */
  drain(count: number): Promise<number>
  /** Takes jobs as they come. */
  serve(): Promise<void>
  stop(): Promise<void>
}

export function rateId(system: string, work: Work): string {
  return `${system}.${work}`
}
