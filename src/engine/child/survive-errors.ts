import { inspect } from 'node:util'
import { jobOfCaller } from '../current-job.js'

/**
 * Keeps errors that nobody handles from ending this process: `fail` ends the calling job with one, and says whether it
 * could; what comes from a job that has ended, or from none, is told. Answers how to stop.
 */
export function surviveErrors(fail: (thrown: unknown) => boolean, tell: (text: string) => void): () => void {
  const survive = (thrown: unknown, what: string) => {
    if (fail(thrown)) return
    const job = jobOfCaller()
    const culprit = job === undefined ? 'a task module' : `${job.task} (${job.id}), after its end`
    tell(`${what} of ${culprit}: ${inspect(thrown)}\n`)
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
