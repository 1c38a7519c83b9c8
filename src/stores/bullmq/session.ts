import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Redis, RedisOptions } from 'ioredis'
import type { Clock } from '../../domain/clock.js'
import { OffstageError, StoreUnavailableError } from '../../domain/errors.js'
import { causeOf } from './cause.js'
import type { RedisClass } from './ioredis.js'
import { addressText, type RedisAddress, type RedisLocation, redisUrl } from './location.js'
import { checkServer, type RedisServerFacts, readInfo } from './server-facts.js'

/** A connection that is ready, to a server that was found fit. It never comes back by itself. */
export interface Session {
  readonly client: Redis
  readonly server: RedisServerFacts
}

export const commandTimeoutMs = 5_000

// Redis on a slow disk loads for minutes; whoever opens a store waits no longer than for any server.
const loadingPollMs = 50

/**
 * Finds the server that holds the store: by the URL, by the sentinels, or by the nodes of a cluster (all keys are in one slot,
 * so one of its masters has them). Looks it up anew each time, since another server may have them by now.
 */
export class Connector {
  readonly #Redis: RedisClass
  readonly #location: RedisLocation
  readonly #clock: Clock
  readonly #url: string
  /** The first error of each connection. */
  readonly #causes = new WeakMap<Redis, Error>()
  /** The nodes of the cluster that were seen, and those of the URL. */
  #addresses: readonly RedisAddress[]

  constructor(Redis: RedisClass, location: RedisLocation, clock: Clock) {
    this.#Redis = Redis
    this.#clock = clock
    this.#location = location
    this.#url = redisUrl(location)
    this.#addresses = location.addresses
  }

  /** Rejects with StoreUnavailableError after `timeoutMs`, or when `signal` aborts; nothing is left open then. */
  async connect(timeoutMs: number, signal: AbortSignal): Promise<Session> {
    const opened = new Set<Redis>()
    const attempt = new AbortController()
    const abort = (reason: Error) => {
      attempt.abort(reason)
      for (const client of opened) destroy(client)
    }
    const cancel = this.#clock.after(timeoutMs, () => abort(new Error(`no answer within ${timeoutMs / 1_000} s`)))
    const stop = () => abort(new Error('Connection is closed.'))
    signal.addEventListener('abort', stop)
    try {
      const session = await this.#find(opened, attempt.signal)
      opened.delete(session.client)
      return session
    } catch (thrown) {
      const isAborted = attempt.signal.aborted && !(thrown instanceof OffstageError)
      const cause: unknown = isAborted ? attempt.signal.reason : thrown
      throw cause instanceof OffstageError ? cause : this.#unavailable(cause)
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
      attempt.abort() // those that lost open nothing more
      for (const client of opened) destroy(client)
    }
  }

  async #find(opened: Set<Redis>, signal: AbortSignal): Promise<Session> {
    const { sentinel } = this.#location
    const open = (address: RedisAddress) => this.#admitted(address, opened, signal)
    if (sentinel !== null) return open(await this.#masterOf(sentinel, opened, signal))
    const session = await firstOf(this.#addresses, open)
    if (!session.server.isCluster) return session
    await this.#learnNodes(session.client)
    // Asked for any key of the store, another node than its own answers where it is.
    const moved = await session.client.call('EXISTS', `${this.#location.prefix}:`).catch((error: Error) => error)
    if (!(moved instanceof Error)) return session
    const [, host = '', port] = /^MOVED \d+ (.*):(\d+)$/.exec(moved.message) ?? []
    if (port === undefined) throw moved
    return open({ host: host || session.client.options.host || '', port: Number(port) })
  }

  /** What a dead node leaves must be found without the nodes of the URL, which may be dead too. */
  async #learnNodes(client: Redis): Promise<void> {
    type Node = readonly [host: string | null, port: number]
    const ranges = (await client.call('CLUSTER', 'SLOTS').catch(() => [])) as [number, number, ...Node[]][]
    const seen = ranges.flatMap(([, , ...nodes]) => nodes.map(([host, port]) => ({ host: host ?? '', port })))
    const all = [...seen.filter(({ host }) => host !== '' && host !== '?'), ...this.#location.addresses]
    this.#addresses = [...new Map(all.map((address) => [addressText(address), address])).values()]
  }

  async #masterOf(name: string, opened: Set<Redis>, signal: AbortSignal): Promise<RedisAddress> {
    const found = await firstOf(this.#location.addresses, async (address) => {
      const client = await this.#client(address, opened, signal)
      const ask = () => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
      const asked = ask().catch(async (error: Error) => {
        // Sentinels may ask for the password of the server.
        if (!/^NOAUTH/.test(error.message)) throw error
        await this.#authenticate(client, null)
        return ask()
      })
      return { answer: await this.#explained(client, asked) }
    })
    for (const client of opened) destroy(client)
    opened.clear()
    if (Array.isArray(found.answer)) return { host: String(found.answer[0]), port: Number(found.answer[1]) }
    throw this.#setup(`the sentinels know no master ${name}`, 'correct ?sentinel=NAME')
  }

  /** A connection to a server that was found fit. */
  async #admitted(address: RedisAddress, opened: Set<Redis>, signal: AbortSignal): Promise<Session> {
    const client = await this.#client(address, opened, signal)
    const server = await this.#explained(client, this.#introduced(client, signal))
    // A replica of a cluster leads to its master.
    if (!server.isCluster || server.isMaster) checkServer(server, this.#location)
    return { client, server }
  }

  /** Logs in, and asks what server it is. Waits while that loads its data. */
  async #introduced(client: Redis, signal: AbortSignal): Promise<RedisServerFacts> {
    const { db, username } = this.#location
    // All at once: the answers come in the order of the commands.
    await Promise.all([this.#authenticate(client, username), db === 0 ? null : client.call('SELECT', db)])
    const loading = this.#setup('it is loading its data', 'wait until it is ready')
    for (let isLoading = false; ; isLoading = true) {
      const info = client.call('INFO').catch((error: Error) => {
        throw isLoading ? loading : error
      })
      const server = readInfo(String(await info))
      if (server === null) throw new Error('Protocol error')
      if (!server.isLoading) {
        // For those who look at the list of clients. Not before: a server that takes no client answers only the first command.
        client.call('CLIENT', 'SETNAME', 'offstage').catch(() => {})
        return server
      }
      await this.#clock.sleep(loadingPollMs, signal)
      if (signal.aborted) throw loading
    }
  }

  /** Without the help of ioredis, which writes to stderr where the server asks for no password. */
  async #authenticate(client: Redis, username: string | null): Promise<void> {
    const { password } = this.#location
    if (username === null && password === null) return
    const user = username === null ? [] : [username]
    await client.call('AUTH', ...user, password ?? '').catch((error: Error) => {
      if (!/no password is set|without any password configured/.test(error.message)) throw error
    })
  }

  /** Where a connection ends, its commands say only that it is closed. What it said itself is the cause. */
  async #explained<T>(client: Redis, answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (thrown) {
      const isReply = thrown instanceof OffstageError || (thrown instanceof Error && thrown.name === 'ReplyError')
      throw isReply ? thrown : (this.#causes.get(client) ?? thrown)
    }
  }

  /** A connection that has not authenticated yet. */
  #client(address: RedisAddress, opened: Set<Redis>, signal: AbortSignal): Promise<Redis> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const client = new this.#Redis(this.#options(address))
    opened.add(client)
    return new Promise((resolve, reject) => {
      client.on('error', (error) => {
        if (!this.#causes.has(client)) this.#causes.set(client, error)
        destroy(client)
        reject(error)
      })
      client.connect().then(() => resolve(client), reject)
    })
  }

  #options(address: RedisAddress): RedisOptions & { replyMapping: 'legacy' } {
    return {
      ...address,
      ...this.#tls(address.host),
      lazyConnect: true,
      // Answers in the same form with each version of ioredis.
      protocol: 2,
      replyMapping: 'legacy',
      // Whoever was cut off asks again, under the number of the call: ioredis would do it without.
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      commandTimeout: commandTimeoutMs,
      keepAlive: 10_000,
    }
  }

  #tls(host: string): RedisOptions {
    const { isTls, ca } = this.#location
    if (!isTls) return {}
    return {
      tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ...(ca === null ? {} : { ca: this.#fileOf(ca) }) },
    }
  }

  #fileOf(path: string): string {
    try {
      return readFileSync(path, 'utf8')
    } catch (thrown) {
      const { code = '' } = thrown as NodeJS.ErrnoException
      throw this.#setup(`its certificate authority ${path} cannot be read (${code})`, 'correct ?ca=FILE')
    }
  }

  #setup(what: string, hint: string): StoreUnavailableError {
    return new StoreUnavailableError('E_REDIS_SETUP', `${this.#url}: ${what}`, hint)
  }

  #unavailable(thrown: unknown): StoreUnavailableError {
    const { text, hint: usual } = causeOf(thrown)
    // A server that speaks no TLS waits for the rest of what it takes for a command.
    const isSilent = this.#location.isTls && text === 'it does not answer'
    const hint = isSilent ? `${usual}; if it speaks no TLS, write redis://` : usual
    return new StoreUnavailableError('E_STORE_UNAVAILABLE', `${this.#url} cannot be reached: ${text}`, hint)
  }
}

/** The first that works. If none does, the reason of the first. */
async function firstOf<T>(addresses: readonly RedisAddress[], use: (address: RedisAddress) => Promise<T>): Promise<T> {
  try {
    return await Promise.any(addresses.map(use))
  } catch (thrown) {
    throw thrown instanceof AggregateError ? thrown.errors[0] : thrown
  }
}

/**
 * Ends a connection at once: `disconnect()` alone would wait two seconds for a server that does not answer, and does so too
 * where nothing is left to end.
 */
export function destroy(client: Redis): void {
  const { stream } = client as { readonly stream?: Redis['stream'] } // none before it connects
  if (stream?.destroyed) return
  client.disconnect()
  stream?.destroy()
}
