import { type ChildProcess, fork } from 'node:child_process'
import { finished } from 'node:stream/promises'
import { ProjectError } from '../../domain/errors.js'
import type { Claim, ProcessIdentity } from '../../stores/store.js'
import { identify } from '../host.js'
import type {
  AttemptEnd,
  Catalog,
  CheckRequest,
  EnqueueAnswer,
  EnqueueRequest,
  FromTaskProcess,
  StopReason,
  TaskOutput,
  TaskProgress,
  ToTaskProcess,
  Verdict,
} from '../protocol.js'

/** How a task process is started. */
export interface TaskProgram {
  readonly entry: string
  /** For Node itself, before the entry. */
  readonly execArgv: readonly string[]
  readonly args: readonly string[]
  /** Working directory: the project's. */
  readonly cwd: string
}

export interface TaskProcessListener {
  ended(ends: readonly AttemptEnd[]): void
  output(output: TaskOutput): void
  progress(progress: TaskProgress): void
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>
  /** It has loaded the tasks and can run jobs. */
  ready(catalog: Catalog): void
  /** The process is gone, asked for or not. */
  died(death: Death): void
}

export interface Death {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Whether it died before it was ready. */
  readonly loading: boolean
}

/** One forked process that has loaded the tasks and runs jobs. */
export class TaskProcess {
  /** The tasks and faults it found. Rejects with ProjectError if it dies before it is ready. */
  readonly catalog: Promise<Catalog>
  readonly #child: ChildProcess
  readonly #listener: TaskProcessListener
  readonly #closed: Promise<void>
  readonly #checks = new Map<number, (verdicts: readonly Verdict[]) => void>()
  #asked = 0
  #faultyFile: string | null = null
  #ready = false

  constructor(program: TaskProgram, listener: TaskProcessListener) {
    this.#listener = listener
    this.#child = fork(program.entry, [...program.args], {
      cwd: program.cwd,
      execArgv: [...program.execArgv],
      // A group of its own: Ctrl-C at the terminal is the worker's to handle, and one signal ends all it started.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    // Written past process.stdout, by native code or a child of a task: no job can be told.
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => listener.output({ id: null, stream, text }))
    }
    const loaded = deferred<Catalog>()
    this.catalog = loaded.promise
    this.catalog.catch(() => {}) // whoever needs it will see the rejection; nobody has to
    // Not the 'close' event: it never comes when it was this side that let go of the channel.
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    const drained = [this.#child.stdout, this.#child.stderr].map((stream) => stream && finished(stream).catch(() => {}))
    this.#closed = Promise.all([exited, ...drained]).then(() => {})
    this.#child.on('message', (message: FromTaskProcess) => this.#receive(message, loaded.resolve))
    this.#child.on('error', () => {}) // a failed send; the exit that follows tells
    this.#child.on('exit', (code, signal) => {
      const death = { code, signal, loading: !this.#ready }
      this.#ready = false
      loaded.reject(this.#diedLoading(death))
      listener.died(death)
    })
  }

  get identity(): ProcessIdentity | null {
    return this.#child.pid === undefined ? null : identify(this.#child.pid)
  }

  get ready(): boolean {
    return this.#ready
  }

  /** Hands jobs over, which start at once. */
  run(claims: readonly Claim[]): void {
    const jobs = claims.map(({ job }) => ({
      id: job.id,
      attempt: job.attempt,
      task: job.task,
      argsJson: job.argsJson,
    }))
    this.#send({ type: 'jobs', jobs })
  }

  stop(id: string, attempt: number, reason: StopReason): void {
    this.#send({ type: 'stop', id, attempt, reason })
  }

  /** What the schemas of the tasks say of arguments, in order. Rejects if the process dies meanwhile. */
  async check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    await this.catalog
    const ask = ++this.#asked
    const answered = new Promise<readonly Verdict[]>((resolve) => this.#checks.set(ask, resolve))
    this.#send({ type: 'check', ask, requests })
    const died = this.#closed.then(() => {
      throw new ProjectError('E_TASK_PROCESS', 'the task process ended while it checked arguments')
    })
    return Promise.race([answered, died])
  }

  /** Lets it go; it ends by itself. Resolves when it has, and all it wrote has been told. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    await this.#closed
  }

  /** Ends it and everything in its process group. */
  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child
    if (pid !== undefined && exitCode === null && signalCode === null) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        this.#child.kill('SIGKILL') // it died in between, or has not made its group yet
      }
    }
    await this.#closed
  }

  #send(message: ToTaskProcess): void {
    if (this.#child.connected) this.#child.send(message)
  }

  #receive(message: FromTaskProcess, loaded: (catalog: Catalog) => void): void {
    switch (message.type) {
      case 'loaded':
        this.#ready = true
        loaded(message.catalog)
        this.#listener.ready(message.catalog)
        return
      case 'ended while loading':
        this.#faultyFile = message.file
        return
      case 'ends':
        this.#listener.ended(message.ends)
        return
      case 'output':
        for (const output of message.output) this.#listener.output(output)
        return
      case 'progress':
        this.#listener.progress(message.progress)
        return
      case 'checked':
        this.#checks.get(message.ask)?.(message.verdicts)
        this.#checks.delete(message.ask)
        return
      case 'enqueue':
        void this.#listener
          .enqueue(message.request)
          .then((answer) => this.#send({ type: 'enqueued', ask: message.ask, answer }))
        return
    }
  }

  #diedLoading(death: Death): ProjectError {
    const place = this.#faultyFile === null ? 'while the task modules loaded' : `while ${this.#faultyFile} loaded`
    return new ProjectError(
      'E_TASK_PROCESS',
      `the task process ended ${place} (${describeDeath(death)})`,
      'a task module must not end its process, and its top level must come to an end',
    )
  }
}

export function describeDeath({ code, signal }: Pick<Death, 'code' | 'signal'>): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`
}

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
