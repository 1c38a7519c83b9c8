import { formatSize } from '../../domain/size.js'
import type { Exit } from './forked-process.js'

/** A process group that its worker killed because of its memory. */
export interface OverLimit {
  readonly bytes: number
  readonly limitBytes: number
}

/** How a task process ended. */
export interface ProcessExit extends Exit {
  /** Whether it ended before it was ready. */
  readonly loading: boolean
  /** Whether its worker killed it. */
  readonly killed: boolean
  /** What ended it, if that was memory. */
  readonly memory: 'its heap was full' | OverLimit | null
  /** The most memory that was measured, in bytes; null if it was never measured. */
  readonly peakBytes: number | null
  /** The end of its own stderr, without the captured output of its jobs; null if it wrote nothing. */
  readonly lastWords: string | null
}

const megabyte = 1024 * 1024

export function describeExit(exit: ProcessExit): string {
  const { code, signal, memory, peakBytes } = exit
  const peak = peakBytes === null ? '' : `, at most ${Math.round(peakBytes / megabyte)} MB seen`
  if (memory !== null && typeof memory === 'object') return overLimitText(memory)
  if (memory !== null) return `out of memory: ${memory}${peak}`
  if (signal !== null) return `signal ${signal}${peak}`
  return code === null ? 'it could not be started' : `exit code ${code}`
}

/** Why it was killed, for the sentence about it. */
export function overLimitText({ bytes, limitBytes }: OverLimit): string {
  return `killed: it used ${formatSize(bytes)}, over the limit of ${formatSize(limitBytes)} (--max-memory)`
}

/** Whether this is V8's message about a full heap. */
export function reportsFullHeap(lastWords: string): boolean {
  return lastWords.includes('heap out of memory')
}

const maxLength = 4_096

/** The end of what a process writes. */
export class LastWords {
  #text = ''

  add(text: string): void {
    this.#text = `${this.#text}${text}`.slice(-maxLength)
  }

  get text(): string | null {
    return this.#text.trim() === '' ? null : this.#text.trim()
  }
}
