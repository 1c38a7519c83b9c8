import { Worker } from 'node:worker_threads'

import type { Clock } from '../../domain/clock.js'

const lookEveryMs = 1_000
// Starting sooner would delay the first job.
const soonMs = 500

/**
 * Kills this process group when the worker has died, even while a task blocks the event loop: a separate thread checks
 * whether the process has a new parent.
 */
export class OrphanWatch {
  readonly #parent = process.ppid
  #isStarted = false

  /** Starts after 500 ms. */
  startSoon(clock: Clock): void {
    clock.after(soonMs, () => this.start())
  }

  /** Starts now: a job may block the loop from here on. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    // Not a timer: to wait without an event loop costs a tenth of that, all day long.
    const program = `
      const { workerData: parent } = require('node:worker_threads')
      const never = new Int32Array(new SharedArrayBuffer(4))
      for (;;) {
        Atomics.wait(never, 0, 0, ${lookEveryMs})
        if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL')
      }`
    const options = { eval: true, workerData: this.#parent, execArgv: [], stdout: true, stderr: true }
    // Without it the worker that reclaims the jobs still ends this process.
    try {
      new Worker(program, options).on('error', () => {}).unref()
    } catch {} // Node's permission model may forbid threads
  }
}
