import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { temporaryFolder } from './folder.js'

// Debian's Python has its packages; another one on the PATH has not.
const python = '/usr/bin/python3'

/** The version of Celery on this machine; null: there is none, and tests that need it are skipped. */
export const celeryVersion: string | null = (() => {
  try {
    return execFileSync(python, ['-c', 'import celery; print(celery.__version__)'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
})()

const tasks = `import os, time
from celery import Celery, signals

app = Celery("demo", broker=os.environ["BROKER_URL"], backend=os.environ["BROKER_URL"])
app.conf.update(task_track_started=True, result_expires=3600, broker_connection_retry_on_startup=True)

@app.task(name="demo.add")
def add(x, y): return x + y

@app.task(name="demo.echo")
def echo(*args, **kwargs): return [list(args), kwargs]

@app.task(name="demo.fail")
def fail(text): raise ValueError(text)

@app.task(name="demo.caused")
def caused():
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise RuntimeError("outer") from error

@app.task(name="demo.sleep")
def sleep(seconds):
    with open(os.environ["RAN_FILE"], "a") as f: f.write("slept\\n")
    time.sleep(seconds)
    return "slept"

@app.task(name="demo.mark")
def mark(text):
    with open(os.environ["RAN_FILE"], "a") as f: f.write(text + "\\n")

@app.task(name="demo.flaky", bind=True, max_retries=5)
def flaky(self, times):
    if self.request.retries < times:
        raise self.retry(exc=ValueError("not yet"), countdown=0.2)
    return self.request.retries + 1

@app.task(name="demo.progress", bind=True)
def progress(self):
    self.update_state(state="PROGRESS", meta={"current": 1, "total": 3})
    time.sleep(0.5)
    return "done"

@app.task(name="demo.numbers")
def numbers(): return {"nan": float("nan"), "most": float("inf"), "text": "NaN"}

@app.task(name="demo.crash")
def crash(): os._exit(3)

@signals.worker_ready.connect
def ready(sender, **_):
    with open(os.environ["READY_FILE"], "w") as f: f.write(str(os.getpid()))
`

/** A real worker of Celery on a broker, with a folder of its own. */
export class CeleryWorker {
  readonly name: string
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #remove: () => void

  private constructor(name: string, child: ChildProcess, folder: string, remove: () => void) {
    this.name = name
    this.#child = child
    this.#folder = folder
    this.#remove = remove
  }

  /** Resolves once it takes tasks. */
  static async start(brokerUrl: string, name = 'w1', queues = 'celery', concurrency = 2): Promise<CeleryWorker> {
    const { path, remove } = temporaryFolder()
    writeFileSync(join(path, 'tasks.py'), tasks)
    const env = {
      ...process.env,
      BROKER_URL: brokerUrl,
      READY_FILE: join(path, 'ready'),
      RAN_FILE: join(path, 'ran'),
      PYTHONDONTWRITEBYTECODE: '1',
      C_FORCE_ROOT: '1',
    }
    const args = ['-m', 'celery', '-A', 'tasks', 'worker', '-n', `${name}@demo`, '-c', `${concurrency}`, '-Q', queues]
    const child = spawn(python, [...args, '-l', 'INFO', '--without-mingle', '--without-gossip'], {
      cwd: path,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-8_000)
      })
    }
    while (!existsSync(env.READY_FILE)) {
      if (child.exitCode !== null) throw new Error(`the worker of Celery did not start:\n${output}`)
      await wait(20)
    }
    return new CeleryWorker(`${name}@demo`, child, path, remove)
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What its tasks have written down as they ran. */
  get ran(): readonly string[] {
    const file = join(this.#folder, 'ran')
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  }

  async stop(): Promise<void> {
    const { pid } = this.#child
    if (this.isAlive && pid !== undefined) {
      const exit = once(this.#child, 'exit')
      // With its children, which are in its process group.
      process.kill(-pid, 'SIGKILL')
      await exit
    }
    this.#remove()
  }
}
