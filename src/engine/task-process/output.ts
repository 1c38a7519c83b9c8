import type { Clock } from '../../domain/clock.js'
import { jobOfCaller, outsideJobs } from '../current-job.js'
import type { TaskOutput } from '../ipc/messages.js'

/**
 * Captures stdout and stderr of this process: console, process.stdout and libraries that write there. Each piece is
 * reported with the job that wrote it. `whole`: also output of no job, which else goes where it went before. Answers
 * how to give the streams back.
 */
export function captureOutput(clock: Clock, whole: boolean, report: (output: TaskOutput) => void): () => void {
  const undo = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name]
    const { write } = stream
    stream.write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
      const job = jobOfCaller()
      if (job === undefined && !whole) return Reflect.apply(write, stream, [chunk, encodingOrDone, done])
      const encoding = typeof encodingOrDone === 'string' ? (encodingOrDone as BufferEncoding) : 'utf8'
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(encoding)
      // The listener may write itself, which is no output of the job.
      outsideJobs(() =>
        report({ id: job?.id ?? null, attempt: job?.attempt ?? 0, stream: name, text, at: clock.now() }),
      )
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done
      if (typeof callback === 'function') queueMicrotask(() => callback())
      return true
    }
    return () => {
      stream.write = write
    }
  })
  return () => {
    for (const giveBack of undo) giveBack()
  }
}
