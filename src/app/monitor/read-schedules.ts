import type { EpochMs } from '../../domain/job.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import type { Store } from '../../stores/store.js'
import { type ScheduleJson, scheduleToJson } from '../../views/schedule.js'
import { nextSlots } from '../schedules/next-slots.js'
import type { MonitoredSchedule, ScheduleHistory } from './monitor-data.js'

const slotsShown = 12
const historyShown = 30
const nextShown = 10
// More than these are not shown: each asks for its slots.
const maxSchedules = 200

/** The schedules, the next one first. Remembers the next times, which take longest to calculate. */
export class ScheduleReader {
  readonly #store: Store
  readonly #redact: readonly string[]
  readonly #known = new Map<string, { readonly of: string; readonly json: ScheduleJson }>()

  constructor(store: Store, redact: readonly string[]) {
    this.#store = store
    this.#redact = redact
  }

  async read(now: EpochMs, withSlots: boolean): Promise<readonly MonitoredSchedule[]> {
    const late = '~' // after every time
    const stored = await this.#store.schedules()
    const all = stored.map((schedule) => ({ ...this.#jsonOf(schedule, now), lastStored: schedule.lastSlot }))
    all.sort((a, b) => ((a.nextAt ?? late) < (b.nextAt ?? late) ? -1 : 1))
    return Promise.all(
      all.slice(0, maxSchedules).map(async ({ lastStored, ...schedule }) => {
        if (!withSlots) return { ...schedule, slots: lastStored === null ? [] : [lastStored] }
        const slots = await this.#store.slots(schedule.name, { limit: slotsShown, before: null })
        return { ...schedule, slots: slots.toReversed() }
      }),
    )
  }

  async history(name: string): Promise<ScheduleHistory | null> {
    const [schedule] = await this.#store.schedules([name])
    if (schedule === undefined) return null
    const [slots, next] = await Promise.all([
      this.#store.slots(name, { limit: historyShown, before: null }),
      nextSlots(this.#store, { name, count: nextShown, from: null, to: null }),
    ])
    return { name, tz: schedule.plan?.rule.tz ?? 'UTC', slots, next: next.slots }
  }

  #jsonOf(schedule: StoredSchedule, now: EpochMs): ScheduleJson {
    const { name, revision, decidedUntil, pausedAt, fired, waiting, lastSlot } = schedule
    const of = JSON.stringify([revision, decidedUntil, pausedAt, fired, waiting, lastSlot])
    const known = this.#known.get(name)
    const isPassed = known?.json.nextAt != null && Date.parse(known.json.nextAt) <= now
    if (known !== undefined && known.of === of && !isPassed) return known.json
    const json = scheduleToJson(schedule, this.#redact, now)
    this.#known.set(name, { of, json })
    return json
  }
}
