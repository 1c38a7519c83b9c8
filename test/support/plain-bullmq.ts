import { FlowProducer, type Job, type Processor, Queue, QueueEvents, Worker, type WorkerOptions } from 'bullmq'
import { systemClock } from '../../src/engine/clock.js'
import { connectRedis } from '../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../src/stores/bullmq/store.js'
import type { Claim, Store } from '../../src/stores/store.js'
import { newWorker } from './job.js'
import { type RedisServer, sharedRedis } from './redis-server.js'

let prefixes = 0

/** A store on Redis, and BullMQ's own classes on the same queues. */
export class PlainBullmq {
  readonly store: Store
  readonly server: RedisServer
  readonly prefix: string
  readonly #open: { close(): Promise<unknown> }[] = []

  private constructor(store: Store, server: RedisServer, prefix: string) {
    this.store = store
    this.server = server
    this.prefix = prefix
  }

  static async open(): Promise<PlainBullmq> {
    const server = await sharedRedis()
    const prefix = `plain${prefixes++}`
    const location = parseRedisUrl(`${server.url}?prefix=${prefix}`, process.cwd())
    const store = openRedisStore(await connectRedis(location, systemClock), location, systemClock)
    return new PlainBullmq(store, server, prefix)
  }

  queue(name = 'default', login: object = {}): Queue {
    const { prefix, connection } = this.#options()
    return this.#keep(new Queue(name, { prefix, connection: { ...connection, ...login } }))
  }

  async events(name = 'default'): Promise<QueueEvents> {
    const events = this.#keep(new QueueEvents(name, this.#options()))
    await events.waitUntilReady()
    return events
  }

  flows(): FlowProducer {
    return this.#keep(new FlowProducer(this.#options()))
  }

  /** `run`: what it does with a job. It must be started, by `run()`, if `autorun` is false. */
  worker(run: Processor | null, options: Partial<WorkerOptions> = {}, name = 'default'): Worker {
    const worker = this.#keep(new Worker(name, run, { ...this.#options(), ...options }))
    worker.on('error', () => {})
    return worker
  }

  /** A worker of ours, which asks for jobs when it is told to. */
  async register(): Promise<string> {
    return this.store.register(newWorker(systemClock))
  }

  claim(worker: string, limit = 10): Promise<readonly Claim[]> {
    return this.store.claim({ worker, queues: null, limit })
  }

  /** A key of BullMQ's: `plain0:default:active`. */
  key(rest: string, queue = 'default'): string {
    return `${this.prefix}:${queue}:${rest}`
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((each) => each.close()))
    await this.store.close()
  }

  #options() {
    return { prefix: this.prefix, connection: { host: '127.0.0.1', port: this.server.port } }
  }

  #keep<Closable extends { close(): Promise<unknown> }>(closable: Closable): Closable {
    this.#open.push(closable)
    return closable
  }
}

/** Resolves with the job when a plain worker has ended one, well or not. */
export function nextEnd(worker: Worker): Promise<Job | undefined> {
  return new Promise((resolve) => {
    worker.once('completed', (job) => resolve(job))
    worker.once('failed', (job) => resolve(job))
  })
}
