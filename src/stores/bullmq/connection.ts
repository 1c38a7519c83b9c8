import type { Clock } from '../../domain/clock.js'
import { storeClosed } from '../closed.js'
import { loadIoredis } from './ioredis.js'
import { connectTimeoutMs, Link } from './link.js'
import { type RedisLocation, redisUrl } from './location.js'
import type { RedisServerFacts } from './server-facts.js'
import { Connector, type Session } from './session.js'

export { RedisCutError, RedisReplyError } from './errors.js'

/** A connection to Redis that comes back by itself, for ever, and sends no command twice. */
export interface RedisConnection {
  /**
   * Sends one command; texts are UTF-8. Rejects with RedisReplyError for an error that Redis answers, with RedisCutError if
   * there is no connection, if it is cut before the answer, after 5 s, or if another server must be asked (this one loads
   * or is a replica), and with StoreUnavailableError if Redis takes no commands now (it is full).
   */
  command(name: string, ...args: (string | number | Buffer)[]): Promise<unknown>
  /** Resolves when the connection is there; rejects with StoreUnavailableError after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>
  /**
   * Listens to a channel, on a connection of its own. Calls `onMessage` with null each time it has subscribed, since
   * messages may have been missed before. Resolves after the first time.
   */
  subscribe(channel: string, onMessage: (message: string | null) => void): Promise<void>
  /** The clock by which it waits. */
  readonly clock: Clock
  /** The scripts, by their SHA-1, whose text was sent since the last connect. */
  readonly sentScripts: Set<string>
  /** How often there was a connection. */
  readonly connects: number
  /** The server as it was at the last connect. */
  readonly server: RedisServerFacts
  /** Ends all of it at once, whether the server answers or not. What is unanswered rejects. */
  close(): Promise<void>
}

/**
 * Connects, and finds out whether the server is fit for jobs. `clock`: a real one, as the network is; `idleClock`: another one,
 * whose timers do not keep the process alive. Nor does the connection, but while an answer is awaited. Throws
 * StoreUnavailableError, after 2.5 s at most.
 */
export async function connectRedis(
  location: RedisLocation,
  clock: Clock,
  idleClock: Clock = clock,
): Promise<RedisConnection> {
  const connector = new Connector(loadIoredis(location.project), location, clock)
  const session = await connector.connect(connectTimeoutMs, new AbortController().signal)
  return new ReconnectingConnection(connector, clock, idleClock, session, redisUrl(location))
}

class ReconnectingConnection implements RedisConnection {
  readonly #connector: Connector
  readonly clock: Clock
  readonly #idleClock: Clock
  readonly #url: string
  readonly #commands: Link
  readonly #subscribers = new Set<Link>()
  #isClosed = false

  constructor(connector: Connector, clock: Clock, idleClock: Clock, session: Session, url: string) {
    this.#connector = connector
    this.clock = clock
    this.#idleClock = idleClock
    this.#url = url
    this.#commands = new Link(connector, clock, idleClock, url, async () => {})
    this.#commands.adopt(session)
  }

  get server(): RedisServerFacts {
    return this.#commands.server
  }

  get connects(): number {
    return this.#commands.connects
  }

  get sentScripts(): Set<string> {
    return this.#commands.sentScripts
  }

  command(name: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return this.#commands.command(name, args)
  }

  ready(timeoutMs: number): Promise<void> {
    return this.#commands.ready(timeoutMs)
  }

  async subscribe(channel: string, onMessage: (message: string | null) => void): Promise<void> {
    if (this.#isClosed) throw storeClosed(this.#url)
    const link = new Link(this.#connector, this.clock, this.#idleClock, this.#url, async (client) => {
      client.on('message', (_, message) => onMessage(message))
      await client.subscribe(channel)
      onMessage(null)
    })
    this.#subscribers.add(link)
    link.beat()
    await link.ready(connectTimeoutMs)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.#commands, ...this.#subscribers].map((link) => link.close()))
  }
}
