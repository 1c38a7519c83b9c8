type OutputStream = NodeJS.WriteStream

/** Says, in the form of this output, that lines were dropped. */
type Notice = (lines: number) => string

/**
 * Knows what stdout or stderr of this process have got. A reader that has stalled, such as a pipe that nobody reads or a
 * terminal after Ctrl-S, never holds this process up: beyond so many waiting bytes, what is written is dropped, and the
 * reader learns how much once it reads again.
 */
export class GuardedOutput {
  /** What the reader gets instead of the dropped lines. */
  notice: Notice = (lines) => `(${lines} lines were dropped, because nobody read them)\n`
  readonly #stream: OutputStream
  readonly #write: OutputStream['write']
  readonly #maxWaitingBytes: () => number | null
  #droppedLines = 0
  #isNonBlocking = false
  #isLineOpen = false

  /** `maxWaitingBytes` answers null for a command that may wait for its reader. */
  constructor(stream: OutputStream, maxWaitingBytes: () => number | null) {
    this.#stream = stream
    this.#write = stream.write.bind(stream) as OutputStream['write']
    this.#maxWaitingBytes = maxWaitingBytes
    const guarded = (chunk: string | Uint8Array, ...rest: unknown[]) => this.#guarded(chunk, rest)
    stream.write = guarded as OutputStream['write']
    stream.on('drain', () => this.#report())
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true
  }

  /** Whether the last line that was written has no line end: what follows would be glued to it. */
  get isLineOpen(): boolean {
    return this.#isLineOpen
  }

  /** Resolves when all is written, or when the reader has taken nothing for so long. */
  flushed(patienceMs: number): Promise<void> {
    const stream = this.#stream
    let left = stream.writableLength
    if (left === 0 || stream.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (stream.writableLength === left) done()
        left = stream.writableLength
      }, patienceMs)
      const done = () => {
        clearInterval(timer)
        resolve()
      }
      this.#write('', done)
      stream.once('close', done)
    })
  }

  #guarded(chunk: string | Uint8Array, rest: readonly unknown[]): boolean {
    const max = this.#maxWaitingBytes()
    if (max !== null) this.#stopBlocking()
    const waiting = this.#stream.writableLength
    if (max !== null && waiting > 0 && waiting + chunk.length > max) {
      this.#droppedLines += linesOf(chunk)
      const done = rest.at(-1)
      if (typeof done === 'function') process.nextTick(done)
      return false
    }
    if (chunk.length > 0) this.#isLineOpen = !endsLine(chunk)
    return Reflect.apply(this.#write, null, [chunk, ...rest]) as boolean
  }

  #report(): void {
    if (this.#droppedLines === 0) return
    const lines = this.#droppedLines
    this.#droppedLines = 0
    this.#write(`${this.#isLineOpen ? '\n' : ''}${this.notice(lines)}`)
    this.#isLineOpen = false
  }

  /** Node writes to a terminal in a way that blocks the event loop: the lease would expire. */
  #stopBlocking(): void {
    if (this.#isNonBlocking || !this.isTerminal) return
    this.#isNonBlocking = true
    const { _handle } = this.#stream as { readonly _handle?: { setBlocking?(isBlocking: boolean): void } }
    // Node opens the terminal anew for itself: other programs on it do not notice.
    _handle?.setBlocking?.(false)
  }
}

// A line that was wiped, such as a progress bar, leaves room for another.
const wiped = '\u001b[K'

function endsLine(chunk: string | Uint8Array): boolean {
  if (typeof chunk !== 'string') return chunk.at(-1) === 10
  return chunk.endsWith('\n') || chunk.endsWith(wiped)
}

function linesOf(chunk: string | Uint8Array): number {
  const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1')
  return Math.max(1, text.split('\n').length - 1)
}

/** stdout and stderr of this process, once they are guarded. */
const guarded: { stdout: GuardedOutput | null; stderr: GuardedOutput | null } = { stdout: null, stderr: null }

/** Guards stdout and stderr of this process. */
export function guardOutput(maxWaitingBytes: (stream: 'stdout' | 'stderr') => number | null): void {
  for (const name of ['stdout', 'stderr'] as const) {
    guarded[name] = new GuardedOutput(process[name], () => maxWaitingBytes(name))
  }
}

/** Gives lines on stderr a form: what replaces those that were dropped has it too. */
export function noticeDropped(notice: Notice): void {
  if (guarded.stderr !== null) guarded.stderr.notice = notice
}

/** Ends an unfinished line, such as the prompt of a task, so that what follows is not glued to it. */
export function startLine(): void {
  const { stdout, stderr } = guarded
  const isOpenOnTerminal = stdout?.isLineOpen === true && stdout.isTerminal && stderr?.isTerminal === true
  if (isOpenOnTerminal) process.stdout.write('\n')
  else if (stderr?.isLineOpen === true) process.stderr.write('\n')
}

// A reader who takes nothing for so long has stalled.
const patienceMs = 500

/** Resolves when the readers have all output; those that have stalled are not waited for. */
export async function flushOutput(): Promise<void> {
  await Promise.all([guarded.stdout?.flushed(patienceMs), guarded.stderr?.flushed(patienceMs)])
}
