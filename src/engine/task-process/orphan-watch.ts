import { Worker } from 'node:worker_threads'

import type { Clock } from '../../domain/clock.js'

const lookEveryMs = 1_000
// Not while the process still loads what it needs for its first job.
const soonMs = 500

/**
 * Ends this process group when the worker has died, even while a task blocks the event loop and nothing here can hear
 * of it: a thread of its own looks whether the process has another parent than at its start.
 */
export class OrphanWatch {
  readonly #parent = process.ppid
  #isStarted = false

  /** Begins when there is time for it. */
  startSoon(clock: Clock): void {
    clock.after(soonMs, () => this.start())
  }

  /** Begins now: from here on a job may block the loop. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    const program = `
      const { workerData: parent } = require('node:worker_threads')
      setInterval(() => {
        if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL')
      }, ${lookEveryMs})`
    const options = { eval: true, workerData: this.#parent, execArgv: [], stdout: true, stderr: true }
    // Without it the worker that reclaims the jobs still ends this process.
    try {
      new Worker(program, options).on('error', () => {}).unref()
    } catch {} // Node's permission model may forbid threads
  }
}
