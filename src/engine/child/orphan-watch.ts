import { Worker } from 'node:worker_threads'

// Short runs are over before that, and never pay for the thread.
const delayMs = 500
const lookEveryMs = 1_000

/**
 * Ends this process group when the worker has died, even while a task blocks the event loop and nothing here can hear
 * of it: a thread of its own looks whether the process has another parent now.
 */
export function watchForOrphaning(): void {
  const program = `
    const parent = process.ppid
    setInterval(() => {
      if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL')
    }, ${lookEveryMs})`
  setTimeout(() => {
    const watch = new Worker(program, { eval: true, execArgv: [], stdout: true, stderr: true })
    watch.on('error', () => {}) // a task process without it is still ended by whoever reclaims its jobs
    watch.unref()
  }, delayMs).unref()
}
