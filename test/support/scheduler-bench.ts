import { plainTaskDefaults } from '../../src/domain/request.js'
import type { ScheduleOptions } from '../../src/domain/schedule/options.js'
import type { NewSchedule } from '../../src/domain/schedule/schedule.js'
import { EngineEmitter } from '../../src/engine/events.js'
import { Scheduler } from '../../src/engine/services/scheduler.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import type { Store } from '../../src/stores/store.js'
import { type MovableClock, movableClock } from '../../src/testing/test-clock.js'
import { newWorker, outcomesAt } from './job.js'
import { newSchedule } from './parsed-schedule.js'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
/** When the clock of a bench begins. */
export const noon = Date.UTC(2030, 5, 1, 12)

/** A scheduler over a store in memory, by a clock that is moved. */
export interface Bench {
  readonly store: Store
  readonly clock: MovableClock
  readonly events: EngineEmitter
  readonly scheduler: Scheduler
  add(options?: ScheduleOptions, overrides?: Partial<NewSchedule>): Promise<void>
  another(): Scheduler
  /** Time passes, with a look whenever one is due. */
  pass(ms: number, ...schedulers: Scheduler[]): Promise<void>
  /** Each slot with what became of it, the oldest first. */
  history(name?: string): Promise<readonly string[]>
  /** Runs and completes every job there is. */
  work(): Promise<number>
}

export function schedulerBench(): Bench {
  const clock = movableClock()
  clock.setWall(noon)
  const store = openMemoryStore(clock)
  const events = new EngineEmitter()
  const another = () => new Scheduler(store, clock, (name) => (name === 'gone' ? undefined : plainTaskDefaults), events)
  const scheduler = another()
  return {
    store,
    clock,
    events,
    scheduler,
    another,
    async add(options = {}, overrides = {}) {
      await store.putSchedules([newSchedule(options, overrides, clock.now())])
    },
    async pass(ms, ...schedulers) {
      const until = clock.now() + ms
      const looking = schedulers.length === 0 ? [scheduler] : schedulers
      for (;;) {
        const waits = await Promise.all(looking.map((one) => one.runOnce()))
        const waitMs = Math.min(...waits)
        if (clock.now() + waitMs > until) break
        await clock.advance(waitMs)
      }
      await clock.advance(until - clock.now())
    },
    async history(name = 'hello') {
      const slots = await store.slots(name, { limit: 10_000, before: null })
      const text = (time: number) => new Date(time).toISOString().slice(8, 16)
      const span = (slot: number, through: number) => (slot === through ? '' : ` to ${text(through)}`)
      return slots.map(({ slot, through, outcome }) => `${text(slot)}${span(slot, through)} ${outcome}`).reverse()
    },
    async work() {
      const worker = await store.register(newWorker(clock))
      const claims = await store.claim({ worker, queues: null, limit: 1_000 })
      const outcome = outcomesAt(clock).completed()
      await store.settle(claims.map(({ lease }) => ({ lease, outcome })))
      return claims.length
    },
  }
}
