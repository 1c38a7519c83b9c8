import type { Clock } from '../../domain/clock.js'
import { isTemporary, messageWithHint, OffstageError, StoreUnavailableError } from '../../domain/errors.js'
import type { OutboxFile, ReadableRow, RowAside } from '../../stores/outbox.js'
import type { Enqueued, JobStore } from '../../stores/store.js'
import { tokenValidMs } from '../../stores/tokens.js'
import type { EngineEmitter } from '../events.js'
import { loopService, type Service } from './service.js'

const batch = 100
const maxWaitMs = 60_000
// Whoever is asked looks often for a second.
const askAgainMs = 500
// After an error that is none of a store that is away: what mends it, if anything does, is done by people.
const afterFailureMs = 60_000

interface Moved {
  readonly row: ReadableRow
  readonly enqueued: Enqueued
}

/**
 * Makes jobs of the rows in an outbox. Any number of movers may have the same outbox: the store takes each row once, by its
 * token. A mover that is killed anywhere leaves the rest to the next one. `path` names the file in events. The caller
 * closes the file after the service has stopped.
 */
export function outboxMover(
  path: string,
  file: OutboxFile,
  store: Pick<JobStore, 'enqueue' | 'forgetTokens'>,
  clock: Clock,
  events: EngineEmitter,
): OutboxService {
  const mover = new OutboxMover(path, file, store, clock, events)
  const service = loopService('outbox mover', clock, events, async (signal) => {
    try {
      if (!(await mover.move())) await mover.wait(signal)
      return 0
    } catch (thrown) {
      if (isTemporary(thrown)) throw thrown
      // It does not end: the application goes on to write rows.
      events.emit('outbox.failed', { file: path, error: thrown })
      return afterFailureMs
    }
  })
  return { ...service, expectRow: () => mover.expectRow() }
}

export interface OutboxService extends Service {
  /** A row was written here and may be committed soon. */
  expectRow(): void
}

class OutboxMover {
  readonly #path: string
  readonly #file: OutboxFile
  readonly #store: Pick<JobStore, 'enqueue' | 'forgetTokens'>
  readonly #clock: Clock
  readonly #events: EngineEmitter
  #expecting: () => void = () => {}

  constructor(
    path: string,
    file: OutboxFile,
    store: Pick<JobStore, 'enqueue' | 'forgetTokens'>,
    clock: Clock,
    events: EngineEmitter,
  ) {
    this.#path = path
    this.#file = file
    this.#store = store
    this.#clock = clock
    this.#events = events
  }

  /** Moves one batch; answers whether there may be more to move at once. */
  async move(): Promise<boolean> {
    const validUntil = this.#clock.now() + tokenValidMs
    const found = await this.#file.rows(batch)
    const rows: ReadableRow[] = []
    const unmovable: RowAside[] = []
    for (const row of found) {
      if ('why' in row) unmovable.push(row)
      else rows.push({ ...row, job: { ...row.job, token: { value: row.token, validUntil } } })
    }
    const moved = await this.#enqueue(rows, unmovable)
    if (unmovable.length > 0) await this.#setAside(unmovable)
    // Those that came too late are read again.
    const isMore = found.length === batch || moved.length + unmovable.length < found.length
    if (moved.length === 0) return isMore
    const tokens = moved.map(({ row }) => row.token)
    // In this order: a token is needed until its row is gone.
    await this.#file.remove(tokens)
    await this.#store.forgetTokens(tokens)
    return isMore
  }

  expectRow(): void {
    this.#expecting()
  }

  /** Resolves when rows may be there, or the signal fires. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    let askedAt = this.#clock.monotonicMs()
    let next = this.#file.next(maxWaitMs)
    while (!signal.aborted && (await this.#isRowExpected(next, signal))) {
      const now = this.#clock.monotonicMs()
      if (now - askedAt < askAgainMs) continue
      askedAt = now
      next = this.#file.next(maxWaitMs)
    }
  }

  /** false: the wait is over. */
  #isRowExpected(next: Promise<void>, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (isExpected: boolean) => {
        signal.removeEventListener('abort', stop)
        resolve(isExpected)
      }
      const stop = () => end(false)
      this.#expecting = () => end(true)
      signal.addEventListener('abort', stop)
      next.then(stop, (thrown: unknown) => {
        signal.removeEventListener('abort', stop)
        reject(thrown)
      })
    })
  }

  /** Enqueues rows; adds those that the store refuses to `unmovable`. */
  async #enqueue(rows: readonly ReadableRow[], unmovable: RowAside[]): Promise<readonly Moved[]> {
    const answers = await this.#ask(rows, unmovable)
    const moved = answers.filter(({ enqueued }) => enqueued.answer !== 'refused')
    for (const { row, enqueued } of answers) {
      if (enqueued.answer !== 'refused') continue
      unmovable.push({ id: row.id, token: row.token, why: `the key ${row.job.key?.name} is held by ${enqueued.id}` })
    }
    for (const { row, enqueued } of moved) {
      this.#events.emit('job.enqueued', { task: row.job.task, queue: row.job.queue, enqueued })
    }
    return moved
  }

  async #ask(rows: readonly ReadableRow[], unmovable: RowAside[]): Promise<readonly Moved[]> {
    if (rows.length === 0) return []
    try {
      const answers = await this.#store.enqueue(rows.map(({ job }) => job))
      return rows.flatMap((row, index) => {
        const enqueued = answers[index]
        return enqueued === undefined ? [] : [{ row, enqueued }]
      })
    } catch (thrown) {
      if (thrown instanceof StoreUnavailableError) throw thrown
      if (isLate(thrown)) return [] // they are read again
      const [row, ...others] = rows
      if (row === undefined) return []
      if (others.length === 0) {
        unmovable.push({ id: row.id, token: row.token, why: messageWithHint(thrown) })
        return []
      }
      // One of them must not hold up the others.
      const each: Moved[] = []
      for (const one of rows) each.push(...(await this.#ask([one], unmovable)))
      return each
    }
  }

  async #setAside(rows: readonly RowAside[]): Promise<void> {
    await this.#file.setAside(rows)
    for (const { id, why } of rows) this.#events.emit('outbox.setAside', { file: this.#path, row: id, why })
  }
}

function isLate(thrown: unknown): boolean {
  return thrown instanceof OffstageError && thrown.code === 'E_TOKEN_LATE'
}
