import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import type { Clock } from '../../../src/domain/clock.js'
import { StoreUnavailableError, UsageError } from '../../../src/domain/errors.js'
import type { NewJob } from '../../../src/domain/job.js'
import { EngineEmitter } from '../../../src/engine/events.js'
import { type OutboxService, outboxMover } from '../../../src/engine/services/outbox-mover.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import type { OutboxFile, OutboxRow, RowAside } from '../../../src/stores/outbox.js'
import type { Store } from '../../../src/stores/store.js'
import { type MovableClock, movableClock } from '../../../src/testing/test-clock.js'
import { newJob } from '../../support/job.js'

/** An outbox without a file: what is in it, and what was done to it. */
class Rows implements OutboxFile {
  readonly all = new Map<string, NewJob | null>()
  readonly aside = new Map<number, string>()
  readonly calls: string[] = []
  #wake: () => void = () => {}

  add(token: string, job: NewJob): void {
    this.all.set(token, job)
    this.#wake()
  }

  async rows(limit: number) {
    this.calls.push('rows')
    const rows = [...this.all].map(([token, job], id): OutboxRow => {
      return job === null ? { id, token: null, why: 'it is no JSON object' } : { id, token, job }
    })
    return rows.filter(({ id }) => !this.aside.has(id)).slice(0, limit)
  }

  async ofOthers() {
    return 0
  }

  async remove(tokens: readonly string[]) {
    this.calls.push('remove')
    for (const token of tokens) this.all.delete(token)
  }

  async setAside(rows: readonly RowAside[]) {
    for (const { id, why } of rows) this.aside.set(id, why)
  }

  next(): Promise<void> {
    this.calls.push('next')
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  async close() {}
}

interface Subject {
  readonly clock: MovableClock
  readonly store: Store
  readonly file: Rows
  /** What was reported, as `set aside ID: WHY` or the message of an error. */
  readonly said: string[]
  /** Moves with this store, if it is another one, while `use` runs. */
  moving(use: (mover: OutboxService) => Promise<void>, store?: Pick<Store, 'enqueue' | 'forgetTokens'>): Promise<void>
  args(): Promise<readonly string[]>
}

function subject(): Subject {
  const clock = movableClock()
  const store = openMemoryStore(clock)
  const file = new Rows()
  const events = new EngineEmitter()
  const said: string[] = []
  events.on('outbox.setAside', ({ file: path, row, why }) => said.push(`${path}: set aside ${row}: ${why}`))
  events.on('store.unavailable', ({ error }) => said.push(error.message))
  events.on('outbox.failed', ({ error }) => said.push(`failed: ${String(error)}`))
  return {
    clock,
    store,
    file,
    said,
    async moving(use, of = store) {
      const mover = outboxMover('app.db', file, of, clock, events)
      mover.start()
      await clock.advance(0)
      await use(mover)
      await mover.stop()
    },
    async args() {
      const { items } = await store.jobs({}, { limit: 1_000, after: null })
      return items.map(({ argsJson }) => argsJson).reverse()
    },
  }
}
/** A promise that the test resolves. */
function newGate() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
const numbered = (number: number, overrides: Partial<NewJob> = {}) => newJob({ argsJson: `[${number}]`, ...overrides })
const settle = ({ clock }: Subject) => clock.advance(0)

test('Rows become jobs in their order, in batches, and go.', async () => {
  const it = subject()
  for (let number = 0; number < 250; number++) it.file.add(`t${number}`, numbered(number))
  await it.moving(async () => {
    for (let turns = 0; turns < 5; turns++) await settle(it)
    it.file.add('last', numbered(250))
    await settle(it)
  })
  expect(await it.args()).toEqual(Array.from({ length: 251 }, (_, number) => `[${number}]`))
  expect(it.file.all.size).toBe(0)
  expect(it.said).toEqual([])
})

test('A row whose removal failed becomes no second job.', async () => {
  const it = subject()
  it.file.add('a', numbered(1))
  const remove = it.file.remove.bind(it.file)
  let failures = 1
  it.file.remove = async (tokens) => {
    if (failures-- > 0) throw new StoreUnavailableError('E_OUTBOX_UNAVAILABLE', 'locked')
    return remove(tokens)
  }
  await it.moving(() => it.clock.advance(2_000))
  expect(it.said).toEqual(['locked'])
  expect(await it.args()).toEqual(['[1]'])
  expect(it.file.all.size).toBe(0)
})

test('Two movers that read the same rows make one job of each.', async () => {
  const it = subject()
  for (let number = 0; number < 20; number++) it.file.add(`t${number}`, numbered(number))
  await it.moving(() => it.moving(() => settle(it)))
  expect(await it.args()).toHaveLength(20)
})

test('A mover that stood still after it had read a row reads it again, and finds it moved by another one.', async () => {
  const it = subject()
  it.file.add('a', numbered(1))
  const stuck = newGate()
  const slow: Pick<Store, 'enqueue' | 'forgetTokens'> = {
    enqueue: async (jobs) => {
      await stuck.promise
      return it.store.enqueue(jobs)
    },
    forgetTokens: it.store.forgetTokens,
  }
  await it.moving(async () => {
    await it.moving(() => settle(it))
    // Until the token that the other one has let go of is not known any more.
    await it.clock.advance(86_400_000)
    await it.store.prune({ completedMs: null, failedMs: null, most: 1_000, statisticsMs: null, slotsMs: null }, 100)
    stuck.resolve()
    await settle(it)
  }, slow)
  expect(await it.args()).toEqual(['[1]'])
  expect(it.said).toEqual([])
})

test('A row that cannot be read, and one whose key is held, are set aside with the reason; those behind them are moved.', async () => {
  const it = subject()
  const key = { name: 'k', policy: 'error', forMs: 0 } as const
  await it.store.enqueue([numbered(0, { key })])
  it.file.all.set('bad', null)
  it.file.add('held', numbered(1, { key }))
  it.file.add('good', numbered(2))
  await it.moving(() => settle(it))
  expect(it.said).toEqual(['app.db: set aside 0: it is no JSON object', 'app.db: set aside 1: the key k is held by j1'])
  expect(await it.args()).toEqual(['[0]', '[2]'])
  expect([...it.file.all.keys()]).toEqual(['bad', 'held'])
})

test('A job that the store refuses for itself is set aside alone.', async () => {
  const it = subject()
  for (let number = 1; number <= 3; number++) it.file.add(`t${number}`, numbered(number))
  const picky: Pick<Store, 'enqueue' | 'forgetTokens'> = {
    enqueue: async (jobs) => {
      if (jobs.some(({ argsJson }) => argsJson === '[2]'))
        throw new UsageError('E_TOO_LARGE', 'too large', 'make it small')
      return it.store.enqueue(jobs)
    },
    forgetTokens: it.store.forgetTokens,
  }
  await it.moving(() => settle(it), picky)
  expect(it.said).toEqual(['app.db: set aside 1: too large; make it small'])
  expect(await it.args()).toEqual(['[1]', '[3]'])
})

test('While the store is away the rows stay, and are moved when it is back.', async () => {
  const it = subject()
  it.file.add('a', numbered(1))
  let isAway = true
  const away: Pick<Store, 'enqueue' | 'forgetTokens'> = {
    enqueue: async (jobs) => {
      if (isAway) throw new StoreUnavailableError('E_STORE_UNAVAILABLE', 'away')
      return it.store.enqueue(jobs)
    },
    forgetTokens: it.store.forgetTokens,
  }
  await it.moving(async () => {
    await it.clock.advance(3_000)
    expect([...it.file.all.keys()]).toEqual(['a'])
    isAway = false
    await it.clock.advance(1_000)
  }, away)
  expect(await it.args()).toEqual(['[1]'])
  expect(new Set(it.said)).toEqual(new Set(['away']))
})

test('Stopping waits for the batch that is being moved, and begins no other.', async () => {
  const it = subject()
  for (let number = 0; number < 250; number++) it.file.add(`t${number}`, numbered(number))
  const gate = newGate()
  const remove = it.file.remove.bind(it.file)
  it.file.remove = async (tokens) => {
    await gate.promise
    return remove(tokens)
  }
  await it.moving(async () => {
    setImmediate(gate.resolve)
  })
  expect(await it.args()).toHaveLength(100)
  expect(it.file.all.size).toBe(150)
})

test('When a row was written in this process, the file is asked anew, so that it looks often again.', async () => {
  const it = subject()
  await it.moving(async (mover) => {
    expect(it.file.calls).toEqual(['rows', 'next'])
    for (let row = 0; row < 5; row++) mover.expectRow()
    await settle(it)
    expect(it.file.calls).toEqual(['rows', 'next']) // it was asked just now
    await it.clock.advance(500)
    for (let row = 0; row < 5; row++) mover.expectRow()
    await settle(it)
    expect(it.file.calls).toEqual(['rows', 'next', 'next'])
  })
})

test('A row that was enqueued too late is read again at once.', async () => {
  const it = subject()
  it.file.add('a', numbered(1))
  let isLate = true
  const late: Pick<Store, 'enqueue' | 'forgetTokens'> = {
    enqueue: async (jobs) => {
      if (isLate) it.clock.pass(61_000) // as on a machine that was asleep
      isLate = false
      return it.store.enqueue(jobs)
    },
    forgetTokens: it.store.forgetTokens,
  }
  await it.moving(async () => {
    await settle(it)
    expect(await it.args()).toEqual(['[1]'])
  }, late)
})

test('After an error that does not pass by itself the mover says so, and tries again each minute.', async () => {
  const it = subject()
  it.file.add('a', numbered(1))
  let failures = 2
  const rows = it.file.rows.bind(it.file)
  it.file.rows = async (limit) => {
    if (failures-- > 0) throw new Error('odd')
    return rows(limit)
  }
  await it.moving(async () => {
    await it.clock.advance(59_000)
    expect(it.said).toEqual(['failed: Error: odd'])
    await it.clock.advance(121_000)
  })
  expect(it.said).toEqual(['failed: Error: odd', 'failed: Error: odd'])
  expect(await it.args()).toEqual(['[1]'])
})

test('Waits that fail leave no listeners behind.', async () => {
  const it = subject()
  it.file.next = async () => {
    throw new StoreUnavailableError('E_OUTBOX_UNAVAILABLE', 'locked')
  }
  const listeners: number[] = []
  const clock: Clock = {
    now: () => it.clock.now(),
    monotonicMs: () => it.clock.monotonicMs(),
    bootId: null,
    after: it.clock.after,
    sleep: (ms, signal) => {
      if (signal !== undefined) listeners.push(getEventListeners(signal, 'abort').length)
      return it.clock.sleep(ms, signal)
    },
  }
  const mover = outboxMover('app.db', it.file, it.store, clock, new EngineEmitter())
  mover.start()
  await settle(it)
  await it.clock.advance(5_000)
  await mover.stop()
  expect(listeners.length).toBeGreaterThan(4)
  expect(new Set(listeners)).toEqual(new Set([0]))
})
