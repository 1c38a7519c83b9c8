import { randomUUID } from 'node:crypto'
import { StoreUnavailableError } from '../../domain/errors.js'
import type { WorkerId } from '../../domain/job.js'
import { type RedisConnection, RedisCutError, RedisReplyError } from './connection.js'
import { request as requestLua } from './lua/places.js'
import { markFault } from './mark-fault.js'
import { Silence } from './outage.js'
import { type Lua, type Script, script } from './script.js'

/** For how long a call is sent again after its connection was cut, in milliseconds. */
const resendMs = 4_000

/** How long Redis keeps the answers of a client that does not call any more. */
const keptMs = 600_000

/**
 * An operation that writes. Redis keeps its answer under the number of the call until the client says, with a later call,
 * that it has it: a call that is sent again, because its answer never came, is answered and not done twice. A copy of a
 * call that arrives after its answer was taken is refused. `body` returns the answer as a text, or an error before anything
 * is written. `reply`: what is sent instead of that text.
 */
export function writing(name: string, body: string, reply: string | null, ...needs: readonly Lua[]): Script {
  const text = `
local function operation()
${body.trim()}
end
local calls = O .. 'calls:' .. ARGV[2]
local number = tonumber(ARGV[3])
local kept = rcall('HMGET', calls, 'low', ARGV[3])
local known, answer = tonumber(kept[1]), kept[2]
-- A call that is sent again says what was so when it was sent first.
local low = math.max(tonumber(ARGV[4]), known or 0)
if known and number < known then return redis.error_reply('LATE a copy of a call that was answered') end
if not answer then
  answer = operation()
  if type(answer) == 'table' then return answer end
  rcall('HSET', calls, ARGV[3], answer, 'low', string.format('%.0f', low))
  for old = known or low, low - 1 do rcall('HDEL', calls, old) end
  rcall('PEXPIRE', calls, ${keptMs})
end
${reply ?? 'return answer'}`
  return script(name, text, requestLua, ...needs)
}

/** An operation that only reads. */
export function reading(name: string, body: string, ...needs: readonly Lua[]): Script {
  return script(name, body, requestLua, ...needs)
}

/** Calls of scripts. What was cut off is sent again; what is refused rejects with StoreUnavailableError. */
export class Calls {
  readonly #connection: RedisConnection
  /** The key that all of ours begin with. */
  readonly #own: string
  readonly #client = randomUUID()
  /** The workers that this client has registered, the last ones: it alone speaks for them. */
  #workers: readonly WorkerId[] = []
  #last = 0
  readonly #silence = new Silence(
    () => this.elapsedMs(),
    (operation, request) => this.#run(operation, [textOf(request)]),
  )
  /** The numbers of calls whose answers are not there yet, the lowest first, and until when each of them is kept. */
  readonly #open = new Map<number, number>()

  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection
    this.#own = `${prefix}::`
  }

  /** Milliseconds that pass whatever the clock on the wall does. */
  elapsedMs(): number {
    return this.#connection.clock.monotonicMs()
  }

  /** From now on this client, and no other, speaks for the worker. */
  speakFor(worker: WorkerId): void {
    // Nothing comes any more of those that it had long ago.
    this.#workers = [...this.#workers.slice(-20), worker]
  }

  /** The worker that it has registered last; null: none. */
  get lastWorker(): WorkerId | null {
    return this.#workers.at(-1) ?? null
  }

  /** The answer of an operation that only reads. */
  read(operation: Script, request: object): Promise<unknown> {
    return this.#send(operation, [textOf(request)], 'try again', null)
  }

  /** The answer of an operation that writes. */
  async write(operation: Script, request: object): Promise<unknown> {
    const call = this.begin()
    try {
      return await this.writeAs(call, operation, request)
    } finally {
      this.end(call)
    }
  }

  /** A number for a call that may have to be asked for again, until `end`. */
  begin(): number {
    const call = ++this.#last
    this.hold(call)
    return call
  }

  hold(call: number): void {
    this.#open.set(call, Number.POSITIVE_INFINITY)
  }

  /** Nobody asks for it now. Who does within this time holds it before: Redis keeps all answers from the lowest number on. */
  leave(call: number, forMs: number): void {
    this.#open.set(call, this.elapsedMs() + forMs)
  }

  end(call: number): void {
    this.#open.delete(call)
  }

  writeAs(call: number, operation: Script, request: object): Promise<unknown> {
    for (const [left, until] of this.#open) if (until <= this.elapsedMs()) this.end(left)
    const [low = call] = this.#open.keys()
    const args = [textOf(request), this.#client, call, low, ` ${this.#workers.join(' ')} `]
    return this.#send(operation, args, 'it may have been stored', this.#silence)
  }

  /** `silence`: of the writes; null: it only reads, which may be answered while no write is taken. */
  async #send(
    operation: Script,
    args: readonly (string | number)[],
    outcome: string,
    silence: Silence | null,
  ): Promise<unknown> {
    const sentAt = this.elapsedMs()
    let deadline: number | null = null
    for (;;) {
      try {
        await silence?.end()
        const answer = await this.#run(operation, args)
        silence?.over()
        return answer
      } catch (thrown) {
        if (thrown instanceof StoreUnavailableError) silence?.begin(sentAt)
        else silence?.over()
        if (!(thrown instanceof RedisCutError)) throw await this.#fault(thrown)
        // From the first cut on: a server that is slow has its time for the answer before.
        deadline ??= this.elapsedMs() + resendMs
        const leftMs = deadline - this.elapsedMs()
        if (leftMs <= 0) throw unanswered(thrown, outcome)
        await this.#connection.ready(leftMs).catch((error) => {
          throw error instanceof RedisCutError ? unanswered(error, outcome) : error
        })
      }
    }
  }

  async #run({ sha, text }: Script, args: readonly (string | number)[]): Promise<unknown> {
    const { sentScripts } = this.#connection
    // A server that does not know it would have the next call overtake it: the end of an attempt its last output.
    if (!sentScripts.has(sha)) {
      sentScripts.add(sha)
      return this.#connection.command('EVAL', text, 1, this.#own, ...args)
    }
    try {
      return await this.#connection.command('EVALSHA', sha, 1, this.#own, ...args)
    } catch (thrown) {
      if (!(thrown instanceof RedisReplyError && thrown.message.startsWith('NOSCRIPT'))) throw thrown
      return this.#connection.command('EVAL', text, 1, this.#own, ...args)
    }
  }

  /** A store that takes part in a move has texts where its counters were. */
  async #fault(thrown: unknown): Promise<unknown> {
    if (!(thrown instanceof RedisReplyError && thrown.message.includes('not an integer'))) return thrown
    return (await markFault(this.#connection, this.#own, 'the store')) ?? thrown
  }
}

function unanswered({ message, hint }: RedisCutError, outcome: string): StoreUnavailableError {
  return new StoreUnavailableError('E_STORE_UNAVAILABLE', message, hint === null ? outcome : `${hint}; ${outcome}`)
}

/** JSON that Redis can read: it refuses the escape of half a character. */
function textOf(request: object): string {
  const text = JSON.stringify(request)
  return text.includes('\\ud') ? JSON.stringify(request, wellFormed) : text
}

function wellFormed(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}
