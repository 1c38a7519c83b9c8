import { appendFileSync } from 'node:fs'
import type { Sent, System } from './system.js'

/** A queue made by others. Its worker runs jobs in its own process, `worker-program.ts`. */
export interface Peer extends Omit<System, 'startWorker'> {
  /** In the worker's process: as `SystemWorker.drain`, with a connection made before the clock starts. */
  drain(address: string, concurrency: number, count: number): Promise<number>
  /** In the worker's process: hands each job to `record`; resolves when it waits for jobs. null: it is not measured. */
  readonly serve: ((address: string, concurrency: number, record: (sent: Sent) => void) => Promise<void>) | null
}

/** What the task of the engine does too. */
export function recordWait({ sentAt, file }: Sent): void {
  const now = process.hrtime.bigint()
  appendFileSync(file, `${now - BigInt(sentAt)}\n`)
}
