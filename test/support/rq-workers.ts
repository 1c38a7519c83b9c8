import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { RqCall } from '../../src/remote/rq/call.js'
import { jobHash, jobKey, type NewJobStatus, queueKey } from '../../src/remote/rq/job-hash.js'
import { jobState, type RedisFields, type RqResult, type RqState } from '../../src/remote/rq/result.js'
import type { RqSerializer } from '../../src/remote/rq/serializer.js'
import { missingModule, python } from './python.js'
import { RedisServer } from './redis-server.js'

/** Why tests that need RQ are skipped; null if it is there. */
export const rqProblem = missingModule('rq', 'python3-rq')

/** What the workers run, as the module `demo_jobs`. */
const jobs = `
import datetime, decimal, os, time, uuid
from rq import get_current_job

def add(x, y): return x + y
def fail(text): raise ValueError(text)
def chain():
    try: fail('first')
    except ValueError as error: raise KeyError('second') from error
def same(*args, **kwargs): return [list(args), kwargs]
def nothing(): return None
def long_text(count): return 'x' * count
def sleep(seconds): time.sleep(seconds)
def die(): os._exit(3)
def meta(): return get_current_job().meta
class Point:
    def __init__(self): self.x = 1
def objects():
    text = 'twice'
    return {'tuple': (1, text, text), 'set': {7}, 'bytes': b'\\x00\\xff', 'big': 2 ** 70, '__proto__': {'polluted': 1},
        'at': datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), 'price': decimal.Decimal('1.10'),
        'id': uuid.UUID(int=5), 'point': Point(), 3: None}
`

// Ends a worker when the test process is gone, however that ended: its end of the pipe closes. The second signal ends its job too,
// and the last one the scheduler beside it.
const watchdog = 'cat > /dev/null; kill -TERM "$1"; sleep 1; kill -TERM "$1"; sleep 1; kill -9 -"$1"'

interface Running {
  readonly child: ChildProcess
  readonly dog: ChildProcess
  readonly log: string
}

/** A redis-server of its own with real RQ workers on it. */
export class RqWorkers {
  readonly redis: Redis
  readonly #server: RedisServer
  readonly #running = new Map<string, Running>()

  private constructor(server: RedisServer) {
    this.#server = server
    this.redis = new Redis(server.port, '127.0.0.1')
  }

  static async start(): Promise<RqWorkers> {
    const server = await RedisServer.start()
    writeFileSync(join(server.folder, 'demo_jobs.py'), jobs)
    return new RqWorkers(server)
  }

  /** Starts a worker of that name, which serves the queue of the same name. Resolves once it waits for jobs. */
  async worker(name: string, serializer: RqSerializer): Promise<void> {
    const { folder, port } = this.#server
    const log = join(folder, `${name}.log`)
    const output = openSync(log, 'a')
    const flags = ['--url', `redis://127.0.0.1:${port}/0`, '--name', name, '--path', folder, '--with-scheduler']
    const json = serializer === 'json' ? ['--serializer', 'rq.serializers.JSONSerializer'] : []
    const child = spawn(python, ['/usr/bin/rq', 'worker', ...flags, ...json, name], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', output, output],
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    })
    closeSync(output)
    const dog = spawn('sh', ['-c', watchdog, 'sh', `${child.pid}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    this.#running.set(name, { child, dog, log })
    await this.until(
      `worker ${name} is idle`,
      async () => (await this.redis.hget(`rq:worker:${name}`, 'state')) === 'idle',
    )
  }

  /** Adds a job to its queue as a producer does. Resolves to the fields that were written. */
  async add(call: RqCall, serializer: RqSerializer, status: NewJobStatus = 'queued'): Promise<void> {
    const fields = [...jobHash(call, status, Date.now(), serializer)].flat()
    const adding = this.redis.multi().sadd('rq:queues', queueKey(call.queue))
    adding.hset(jobKey(call.id), ...fields).rpush(queueKey(call.queue), call.id)
    await adding.exec()
  }

  /** Where a job is. */
  async state(id: string, serializer: RqSerializer): Promise<RqState> {
    const hash: RedisFields = await this.redis.hgetallBuffer(jobKey(id))
    const [newest] = await this.redis.xrevrangeBuffer(`rq:results:${id}`, '+', '-', 'COUNT', 1)
    return jobState(hash, newest === undefined ? null : resultOf(newest), serializer)
  }

  /** Adds a job and waits for its end. */
  async run(call: RqCall, serializer: RqSerializer): Promise<RqState> {
    await this.add(call, serializer)
    return this.end(call.id, serializer)
  }

  async end(id: string, serializer: RqSerializer): Promise<RqState> {
    const moving = ['queued', 'started', 'deferred', 'scheduled', 'other']
    let state = await this.state(id, serializer)
    await this.until(`${id} has ended`, async () => {
      state = await this.state(id, serializer)
      return !moving.includes(state.state)
    })
    return state
  }

  isAlive(name: string): boolean {
    const child = this.#running.get(name)?.child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  log(name: string): string {
    return readFileSync(this.#running.get(name)?.log ?? '', 'utf8')
  }

  /** Waits for a condition; throws with the logs if a worker ends before it holds, or after 30 s. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 30_000
    while (!(await holds())) {
      const dead = [...this.#running.keys()].find((name) => !this.isAlive(name))
      if (dead === undefined && Date.now() < end) await wait(10)
      else throw new Error(`waiting until ${what}: ${dead ?? 'no worker'} has ended\n${this.#logs()}`)
    }
  }

  #logs(): string {
    return [...this.#running.keys()].map((name) => this.log(name).slice(-4_000)).join('\n')
  }

  /** Ends the workers, then the server, and removes the folder. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(stopped))
    this.redis.disconnect()
    await this.#server.stop()
  }
}

function resultOf([id, pairs]: [id: Buffer, fields: Buffer[]]): RqResult {
  const entries = pairs.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toString(), pairs[at + 1] ?? Buffer.alloc(0)]] : [],
  )
  return { entryId: id.toString(), fields: Object.fromEntries(entries) as RedisFields }
}

/** Asks once, so that a job ends and the scheduler with it; asks again, which ends the job, if that takes long. */
async function stopped({ child, dog }: Running): Promise<void> {
  dog.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const again = setTimeout(() => child.kill('SIGTERM'), 5_000)
    const last = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await exit
    clearTimeout(again)
    clearTimeout(last)
  }
  // A worker that was killed leaves its scheduler in its process group.
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {}
}
