import { constants } from 'node:os'
import { basename } from 'node:path'
import type { Clock } from '../../domain/clock.js'
import { messageWithHint, OffstageError } from '../../domain/errors.js'
import { inexactNumber } from '../../domain/exact-number.js'
import { errorWithLastWords, isShutdownCode, isShutdownSignal, type JobError } from '../../domain/failure.js'
import type { EpochMs, Usage } from '../../domain/job.js'
import { type JsonValue, maxResultBytes, noResult, toResultText } from '../../domain/json.js'
import { notifyTask } from '../../domain/notification.js'
import type { AttemptReport } from '../../domain/outcome.js'
import { commandOf } from '../../domain/shell-command.js'
import { headersOf, parseTrace } from '../../domain/trace-context.js'
import type { JobAssignment, TaskInfo } from '../ipc/messages.js'
import type { GroupMemory } from '../memory.js'
import type { Deliver } from '../notify-task.js'
import { Command, type CommandLine, type OuterStreams } from './command.js'
import { CommandOutput } from './command-output.js'
import type { Exit } from './forked-process.js'
import type { Pipes } from './pipes.js'
import { type OverLimit, overLimitText } from './process-exit.js'
import { startFault } from './start-fault.js'
import type { Emit } from './task-host.js'

/** What command jobs need from their project. */
export interface CommandContext {
  readonly cwd: string
  /** null if the project lost the task after the claim. */
  taskOf(name: string): TaskInfo | null
  /** The streams of a foreground command; null: it reads nothing and writes only to its job's output. */
  readonly outer: OuterStreams | null
  /** null: no notification is delivered here. */
  readonly deliver: Deliver | null
}

// sysexits.h: EX_TEMPFAIL and EX_DATAERR.
const exTempFail = 75
const exDataErr = 65

/** What the worker lacks, and may have again soon: that is no failure of the job. */
const lacks = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])
// Long enough for other jobs to end, so that the same worker does not claim it again at once. Each time it waits longer: an
// attempt is a row, and what a worker lacks it may lack for days.
const firstHandBackMs = 1_000
const maxHandBackMs = 10_000

/** One attempt of a job whose task is a program. */
export class CommandJob {
  readonly attempt: number
  readonly #assignment: JobAssignment
  /** Whether the arguments are the command. Its exit codes then have no special meaning. */
  readonly #isCommand: boolean
  readonly #emit: Emit
  readonly #done: () => void
  readonly #startedAt: EpochMs
  readonly #clock: Clock
  readonly #startMs: number
  readonly #output: CommandOutput
  /** null: it could not be started. */
  readonly #command: Command | null
  readonly #outer: OuterStreams | null
  #isKilled = false
  /** Of a job that could not be started and still waits to go back. */
  #handBackNow: (() => void) | null = null
  #overLimit: OverLimit | null = null

  constructor(
    assignment: JobAssignment,
    context: CommandContext,
    pipes: Pipes,
    clock: Clock,
    emit: Emit,
    done: () => void,
  ) {
    const { id, attempt } = assignment
    this.attempt = attempt
    this.#assignment = assignment
    this.#isCommand = context.taskOf(assignment.task)?.kind === 'command'
    this.#emit = emit
    this.#done = done
    this.#clock = clock
    this.#startedAt = clock.now()
    this.#startMs = clock.monotonicMs()
    this.#output = new CommandOutput({
      text: (stream, text) => emit({ type: 'output', output: [{ id, attempt, stream, text, at: clock.now() }] }),
      progress: (fraction, message) => emit({ type: 'progress', progress: [{ id, attempt, fraction, message }] }),
    })
    // The streams of a command in the foreground are not those of its notification.
    this.#outer = assignment.task === notifyTask ? null : context.outer
    this.#command = this.#start(assignment, context, pipes)
  }

  #start(assignment: JobAssignment, context: CommandContext, pipes: Pipes): Command | null {
    let cwd: string | null = null
    try {
      const line = commandLine(assignment, context)
      cwd = line.cwd
      return new Command(line, pipes, this.#clock, {
        wrote: (stream, text) => this.#output.write(stream, text),
        failed: (error) => this.#notStarted(error, cwd),
        exited: (exit, usage) => this.#exited(exit, usage),
      })
    } catch (thrown) {
      this.#notStarted(thrown as NodeJS.ErrnoException, cwd)
      return null
    }
  }

  /** Hands the job back if this worker lacks resources. A program that is still written is tried again; any other error is permanent. */
  #notStarted(thrown: NodeJS.ErrnoException, cwd: string | null): void {
    const { code } = thrown
    if (lacks.has(code ?? '')) {
      this.#lacks(code ?? '')
      return
    }
    // A code of the system says what is missing. An error of Offstage says so in its message.
    const why = thrown instanceof OffstageError ? messageWithHint(thrown) : startFault(thrown, cwd)
    const error = { name: 'CommandError', message: `${this.#name} could not be started (${why})`, stack: null }
    this.#end({
      kind: 'threw',
      verdict: code === 'ETXTBSY' ? 'by policy' : 'never',
      error,
      ...this.#span(),
    })
  }

  #lacks(code: string): void {
    this.#output.write('stderr', `${this.#name} could not be started (${code}): the job goes back to its queue\n`)
    const handBack = () => {
      cancel()
      this.#handBackNow = null
      const { id, attempt } = this.#assignment
      queueMicrotask(() => {
        this.#done()
        this.#emit({ type: 'returned', attempts: [{ id, attempt }] })
      })
    }
    const waitMs = Math.min(maxHandBackMs, firstHandBackMs * 2 ** (this.attempt - 1))
    const cancel = this.#clock.after(waitMs, handBack)
    this.#handBackNow = handBack
  }

  get #name(): string {
    return this.#isCommand ? 'the command' : `the program of ${this.#assignment.task}`
  }

  get identity() {
    return this.#command?.identity ?? null
  }

  /**
   * Reports its output once its process is stored: the worker that reclaims the job must be able to end that process.
   */
  listen(stored: Promise<void>): void {
    this.#command?.listen(stored, this.#outer)
  }

  terminate(): void {
    this.#handBackNow?.()
    this.#command?.terminate()
  }

  kill(): void {
    this.#isKilled = true
    this.#handBackNow?.()
    this.#command?.kill()
  }

  /** Kills its process group if that uses more memory than that. */
  killOverLimit(limitBytes: number, groups: GroupMemory): void {
    const { pid } = this.#command ?? {}
    const bytes = pid === undefined || this.#overLimit !== null ? null : groups.over(pid, limitBytes)
    if (bytes === null) return
    this.#overLimit = { bytes, limitBytes }
    this.#command?.kill()
  }

  #exited(exit: Exit, usage: Usage): void {
    this.#output.end()
    this.#emit({ type: 'usage', attempt: this.#assignment, usage })
    this.#end(this.#isKilled ? { kind: 'forced', endedBy: 'killed', ...this.#span() } : this.#report(exit))
  }

  #report({ code, signal }: Exit): AttemptReport {
    const span = this.#span()
    const inputFault = this.#command?.inputFault ?? null
    if (inputFault !== null) {
      const message = `the stdin of the command cannot be read and kept for its retries: ${inputFault.message}`
      return { kind: 'threw', verdict: 'never', error: { name: 'CommandError', message, stack: null }, ...span }
    }
    if (code === 0) return this.#result(span)
    const { lastErrors } = this.#output
    if (this.#overLimit !== null) {
      const what = `${this.#name} was ${overLimitText(this.#overLimit)}`
      const error = { ...errorWithLastWords('OutOfMemory', what, lastErrors), exitCode: code, signal }
      return { kind: 'threw', error, verdict: 'by policy', ...span }
    }
    // Whoever looks for what failed there needs to know which receiver said what.
    const lastWords = this.#assignment.task === notifyTask ? lastErrors?.trim().split('\n').at(-1) : undefined
    const message = lastWords ? `not delivered: ${lastWords}` : endText(this.#name, code, signal)
    const error = { ...errorWithLastWords('CommandError', message, lastErrors), exitCode: code, signal }
    const meansExitCodes = !this.#isCommand
    if (meansExitCodes && code === exTempFail) return { kind: 'asked for later', delayMs: null, error, ...span }
    // A shell that waits for its child exits with 128 and the number of the signal.
    const isShutdown = isShutdownSignal(signal) || isShutdownCode(code)
    const verdict = meansExitCodes && code === exDataErr ? 'never' : isShutdown ? 'by signal' : 'by policy'
    return { kind: 'threw', error, verdict, ...span }
  }

  /** The last line of stdout, if it is JSON. A result that is refused is not retried: it would be the same again. */
  #result(span: { startedAt: EpochMs; endedAt: EpochMs }): AttemptReport {
    const refuse = (what: string): AttemptReport => {
      const error: JobError = { name: 'CommandError', message: `the result ${what}`, stack: null }
      return { kind: 'threw', error, verdict: 'never', ...span }
    }
    const line = this.#output.lastLine
    if (this.#output.isLastLineCut) {
      const isJson = /^\s*["[{]/.test(line)
      return isJson
        ? refuse(`is over the limit of ${maxResultBytes} bytes`)
        : { kind: 'returned', resultJson: noResult, ...span }
    }
    try {
      const resultJson = toResultText(resultOf(line))
      if (resultJson.includes('\ufffd') && this.#command?.hasUtf8Output === false) return refuse('is not UTF-8')
      const bytes = Buffer.byteLength(resultJson)
      if (bytes <= maxResultBytes) return { kind: 'returned', resultJson, ...span }
      return refuse(`is a line of ${bytes} bytes, over the limit of ${maxResultBytes}`)
    } catch (thrown) {
      return refuse(`cannot be carried: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
  }

  #span() {
    return {
      startedAt: this.#startedAt,
      endedAt: this.#startedAt + Math.round(this.#clock.monotonicMs() - this.#startMs),
    }
  }

  #end(report: AttemptReport): void {
    const { id, attempt } = this.#assignment
    // Later: the caller still iterates over its jobs.
    queueMicrotask(() => {
      this.#done()
      this.#emit({ type: 'turn', started: [], ends: [{ id, attempt, report }], isNew: true, activeMs: 0 })
    })
  }
}

function endText(name: string, code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null
    ? `${name} ended with exit code ${code}`
    : `${name} was ended by ${signal} (${constants.signals[signal]})`
}

/**
 * What the last line of a program means: JSON, or a text if as JSON it would not come back the same; null otherwise.
 */
function resultOf(line: string): unknown {
  const text = line.trim()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined // a text like any other
  }
  const isSame = typeof value === 'number' ? String(value) === text : inexactNumber(text) === null
  return isSame ? value : text
}

function commandLine(
  { id, attempt, task, argsJson, slot, trace }: JobAssignment,
  context: CommandContext,
): CommandLine {
  const args = JSON.parse(argsJson) as JsonValue[]
  const ofSlot = slot === null ? {} : { OFFSTAGE_SLOT: new Date(slot).toISOString() }
  const env = {
    ...process.env,
    OFFSTAGE_JOB_ID: id,
    OFFSTAGE_ATTEMPT: String(attempt),
    ...ofSlot,
    ...traceVariables(trace),
  }
  if (task === notifyTask && context.deliver !== null) {
    const [target, notification] = args
    const { stdin, ...program } = context.deliver(String(target), JSON.stringify(notification))
    return { ...program, env, stdin: { text: stdin } }
  }
  const info = context.taskOf(task)
  if (info?.kind !== 'command') {
    // A program that is gone since the job was claimed fails to start, and is named.
    return {
      file: info?.file ?? basename(task),
      argv: argvOf(args),
      cwd: context.cwd,
      env,
      stdin: { text: `${argsJson}\n` },
    }
  }
  const { words, settings } = commandOf(args)
  const [first = '', ...rest] = argvOf(words)
  // One text may be a whole line of shell; several are a program and its arguments.
  const [file, ...others] = rest.length === 0 ? ['sh', '-c', first] : [first, ...rest]
  const cwd = settings.chdir ?? context.cwd
  const stdin = settings.stdin === null ? (context.outer?.stdin ?? 'nothing') : { text: settings.stdin }
  return { file: file ?? 'sh', argv: others, cwd, env: { ...env, PWD: cwd, ...settings.env }, stdin }
}

function argvOf(args: readonly JsonValue[]): readonly string[] {
  return args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)))
}

/** The trace context as programs that trace find it. Without one they get none: that of the worker is not of their job. */
function traceVariables(trace: string | null): NodeJS.ProcessEnv {
  const context = parseTrace(trace)
  if (context === null) return { TRACEPARENT: undefined, TRACESTATE: undefined }
  const { traceparent, tracestate } = headersOf(context)
  return { TRACEPARENT: traceparent, TRACESTATE: tracestate }
}
