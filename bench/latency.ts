import { setTimeout as sleep } from 'node:timers/promises'

/** From before a call that enqueues to the first line of what it runs. */
export interface Latency {
  readonly which: string
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Jobs that go first, before any is measured. */
export const warmUpPickUps = 20

export function latencyOf(which: string, waitedMs: readonly number[]): Latency {
  const sorted = waitedMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return { which, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
}

/** Sends the time of the monotonic clock, which on Linux all processes share, so many times. */
export async function sendUnevenly(count: number, send: (sentAt: string) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n++) {
    // Uneven, so that no timer of the worker keeps step.
    await sleep(15 + Math.random() * 10)
    await send(String(process.hrtime.bigint()))
  }
}
