import type { Clock } from '../../domain/clock.js'
import { jobOfCaller, outsideJobs } from '../current-job.js'
import type { TaskOutput } from '../ipc/messages.js'

/**
 * Takes over what is written to stdout and stderr in this process: console, process.stdout and what libraries write
 * there. Each piece is told with the job that wrote it. `whole`: what no job wrote, too; else it goes where it went before.
 * Answers how to give the streams back.
 */
export function captureOutput(clock: Clock, whole: boolean, tell: (output: TaskOutput) => void): () => void {
  const undo = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name]
    const { write } = stream
    stream.write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
      const job = jobOfCaller()
      if (job === undefined && !whole) return Reflect.apply(write, stream, [chunk, encodingOrDone, done])
      const encoding = typeof encodingOrDone === 'string' ? (encodingOrDone as BufferEncoding) : 'utf8'
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(encoding)
      // Whoever hears of it may write itself, and that is not the job's.
      outsideJobs(() => tell({ id: job?.id ?? null, attempt: job?.attempt ?? 0, stream: name, text, at: clock.now() }))
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
