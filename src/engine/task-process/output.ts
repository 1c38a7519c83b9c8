import { StringDecoder } from 'node:string_decoder'
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
    const pieces = new Pieces()
    stream.write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
      const job = jobOfCaller()
      if (job === undefined && !whole) return Reflect.apply(write, stream, [chunk, encodingOrDone, done])
      const text = pieces.text(job ?? nobody, bytesOf(chunk, encodingOrDone))
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

/** Whose output is of no job. */
const nobody = {}

/** A text stays one, unless it is written in another encoding. */
function bytesOf(chunk: string | Uint8Array, encoding: unknown): string | Uint8Array {
  if (typeof chunk !== 'string' || typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)) return chunk
  return Buffer.from(chunk, encoding as BufferEncoding)
}

/** The text of a stream: a character may come in two writes, as where a task passes on what a child prints. */
class Pieces {
  readonly #decoders = new WeakMap<object, StringDecoder>()

  text(writer: object, chunk: string | Uint8Array): string {
    const decoder = this.#decoders.get(writer)
    if (typeof chunk === 'string') return decoder === undefined ? chunk : decoder.end() + chunk
    const used = decoder ?? new StringDecoder('utf8')
    if (decoder === undefined) this.#decoders.set(writer, used)
    return used.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }
}
