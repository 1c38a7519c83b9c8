import type { Redis } from 'ioredis'
import type { Clock } from '../../domain/clock.js'
import { StoreUnavailableError } from '../../domain/errors.js'
import { storeClosed } from '../closed.js'
import { causeOf, isElsewhere, refusalIn, refusalOf } from './cause.js'
import { RedisCutError, RedisForbiddenError, RedisReplyError } from './errors.js'
import { KeepAlive } from './keep-alive.js'
import type { RedisServerFacts } from './server-facts.js'
import { type Connector, destroy, type Session } from './session.js'

export const connectTimeoutMs = 2_500
const minBackoffMs = 50
const maxBackoffMs = 1_000
/** Whoever may not listen will not be allowed to soon, and whoever waits looks from time to time. */
const forbiddenPauseMs = 30_000

// A subscriber sends nothing, so it would not notice that the server is gone without a word.
const heartbeatMs = 10_000

/** One connection, made anew whenever it is cut. `prepare`: what it needs before it is used. */
export class Link {
  readonly #connector: Connector
  readonly #clock: Clock
  /** For what goes on when nobody waits for it. */
  readonly #idleClock: Clock
  readonly #url: string
  readonly #prepare: (client: Redis) => Promise<void>
  readonly #end = new AbortController()
  #session: Session | null = null
  #keepAlive = new KeepAlive(null)
  sentScripts = new Set<string>()
  connects = 0
  #server: RedisServerFacts | null = null
  /** Why there is no connection now. */
  #reason: Pick<StoreUnavailableError, 'message' | 'hint'>
  #isConnecting = false
  #connectedAt = Number.NEGATIVE_INFINITY
  readonly #waiting = new Set<() => void>()
  #stopBeats = () => {}

  constructor(
    connector: Connector,
    clock: Clock,
    idleClock: Clock,
    url: string,
    prepare: (client: Redis) => Promise<void>,
  ) {
    this.#connector = connector
    this.#clock = clock
    this.#idleClock = idleClock
    this.#url = url
    this.#prepare = prepare
    this.#reason = this.#unavailable('the connection was cut', null)
  }

  get server(): RedisServerFacts {
    if (this.#server === null) throw new Error('there was no connection yet')
    return this.#server
  }

  adopt(session: Session): void {
    this.#session = session
    this.#keepAlive = new KeepAlive(session.client.stream)
    this.sentScripts = new Set()
    this.connects++
    this.#server = session.server
    this.#connectedAt = this.#clock.monotonicMs()
    const { client } = session
    // It may have ended before it came here.
    if (client.status === 'end') this.#lost(client)
    else client.once('end', () => this.#lost(client))
    for (const wake of this.#waiting) wake()
  }

  async command(name: string, args: readonly (string | number | Buffer)[]): Promise<unknown> {
    const client = this.#session?.client
    if (client === undefined) throw this.#noConnection()
    const keepAlive = this.#keepAlive
    keepAlive.begin()
    try {
      return await client.call(name, [...args])
    } catch (thrown) {
      throw this.#errorOf(thrown, client)
    } finally {
      keepAlive.end()
    }
  }

  #noConnection(): StoreUnavailableError {
    if (this.#end.signal.aborted) return storeClosed(this.#url)
    return new RedisCutError('E_STORE_UNAVAILABLE', this.#reason.message, this.#reason.hint)
  }

  #errorOf(thrown: unknown, client: Redis): Error {
    if (this.#end.signal.aborted) return storeClosed(this.#url)
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    if (name !== 'ReplyError') {
      // A server that answers this late may never answer. One that ends may not have said so: whoever asks again at once must
      // not get it, or asks for ever in one turn of the event loop, in which its end is never heard of.
      this.#drop(client)
      const { text, hint } = causeOf(thrown)
      return this.#unavailable(text, hint)
    }
    const word = refusalIn(message)
    // Not the error itself: it holds the command with all its arguments.
    if (word === null) return new RedisReplyError(message)
    const { text, hint } = refusalOf(word, message)
    const what = `${this.#url} takes no call: ${text}`
    if (word === 'NOPERM') return new RedisForbiddenError('E_STORE_UNAVAILABLE', what, hint)
    if (!isElsewhere(word)) return new StoreUnavailableError('E_STORE_UNAVAILABLE', what, hint)
    this.#drop(client)
    return new RedisCutError('E_STORE_UNAVAILABLE', what, hint)
  }

  #unavailable(text: string, hint: string | null): RedisCutError {
    return new RedisCutError('E_STORE_UNAVAILABLE', this.#cannotBeReached(text), hint)
  }

  #cannotBeReached(text: string): string {
    return `${this.#url} cannot be reached: ${text}`
  }

  async ready(timeoutMs: number): Promise<void> {
    if (this.#session !== null) return
    if (this.#end.signal.aborted) throw storeClosed(this.#url)
    void this.#reconnect()
    await new Promise<void>((resolve) => {
      const done = () => {
        cancel()
        this.#waiting.delete(done)
        resolve()
      }
      const cancel = this.#clock.after(timeoutMs, done)
      this.#waiting.add(done)
    })
    if (this.#session === null) throw this.#noConnection()
  }

  /** No command may go to it any more, though its end takes a moment. */
  #drop(client: Redis): void {
    destroy(client)
    this.#lost(client)
  }

  #lost(client: Redis): void {
    if (this.#session?.client !== client) return
    this.#session = null
    this.#reason = this.#unavailable('the connection was cut', null)
    void this.#reconnect()
  }

  async #reconnect(): Promise<void> {
    if (this.#isConnecting) return
    this.#isConnecting = true
    const { signal } = this.#end
    // One that ends as soon as it is there must not be made anew without a pause.
    const isBrief = this.#clock.monotonicMs() - this.#connectedAt < maxBackoffMs
    if (isBrief) await this.#idleClock.sleep(minBackoffMs, signal)
    for (let backoffMs = minBackoffMs; !signal.aborted; backoffMs = Math.min(backoffMs * 2, maxBackoffMs)) {
      let pauseMs = backoffMs
      try {
        const session = await this.#connector.connect(connectTimeoutMs, signal)
        await this.#prepared(session)
        this.#isConnecting = false
        this.adopt(session)
        return
      } catch (thrown) {
        this.#reason = thrown instanceof StoreUnavailableError ? thrown : this.#unavailable(causeOf(thrown).text, null)
        if (thrown instanceof Error && refusalIn(thrown.message) === 'NOPERM') pauseMs = forbiddenPauseMs
      }
      await this.#idleClock.sleep(pauseMs, signal)
    }
  }

  async #prepared({ client }: Session): Promise<void> {
    try {
      await this.#prepare(client)
      // Nobody else would end it then.
      if (this.#end.signal.aborted) throw storeClosed(this.#url)
    } catch (thrown) {
      destroy(client)
      throw thrown
    }
  }

  /** Asks for a sign of life from time to time. */
  beat(): void {
    this.#stopBeats = this.#idleClock.after(heartbeatMs, () => {
      this.command('PING', []).catch(() => {}) // a cut connection is being made anew
      this.beat()
    })
  }

  /** Resolves when nothing of the connection is left. */
  async close(): Promise<void> {
    if (this.#end.signal.aborted) return
    this.#end.abort()
    this.#stopBeats()
    const client = this.#session?.client
    this.#session = null
    const ended = client === undefined ? null : ending(client)
    if (client !== undefined) destroy(client)
    for (const wake of this.#waiting) wake()
    await ended
  }
}

function ending({ stream }: Redis): Promise<void> | null {
  if (stream.closed) return null
  return new Promise((resolve) => {
    stream.once('close', () => resolve())
  })
}
