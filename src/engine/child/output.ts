import type { Clock } from '../../domain/clock.js'
import { jobOfCaller } from '../current-job.js'
import type { TaskOutput } from '../protocol.js'

/**
 * Takes over what is written to stdout and stderr in this process: console, process.stdout and what libraries write
 * there. Each piece is told with the job that wrote it.
 */
export function captureOutput(clock: Clock, tell: (output: TaskOutput) => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name]
    stream.write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
      const encoding = typeof encodingOrDone === 'string' ? (encodingOrDone as BufferEncoding) : 'utf8'
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(encoding)
      const job = jobOfCaller()
      tell({ id: job?.id ?? null, attempt: job?.attempt ?? 0, stream: name, text, at: clock.now() })
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done
      if (typeof callback === 'function') queueMicrotask(() => callback())
      return true
    }
  }
}
