import { inspect } from 'node:util'
import { jobOfCaller } from '../current-job.js'

/** What to do with unhandled errors. */
export interface StrayErrors {
  /** Ends the calling job with the error; false if no job called, or if it has ended. */
  failJob(thrown: unknown): boolean
  /** The error came from a job that has ended. That job may cause more errors. */
  fromEndedJob(text: string): void
  /** The error came from a module, outside of any job. Another process would get it too. */
  fromModule(thrown: unknown): void
}

/** Keeps unhandled errors from ending this process. Returns how to stop. */
export function surviveErrors(strays: StrayErrors): () => void {
  const survive = (thrown: unknown, what: string) => {
    if (strays.failJob(thrown)) return
    const job = jobOfCaller()
    if (job === undefined) strays.fromModule(thrown)
    else strays.fromEndedJob(`${what} of ${job.task} (${job.id}), after its end: ${inspect(thrown)}\n`)
  }
  const exception = (error: unknown) => survive(error, 'uncaught exception')
  const rejection = (reason: unknown) => survive(reason, 'unhandled rejection')
  process.on('uncaughtException', exception)
  process.on('unhandledRejection', rejection)
  return () => {
    process.off('uncaughtException', exception)
    process.off('unhandledRejection', rejection)
  }
}
