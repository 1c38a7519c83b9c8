import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import type { Slot } from '../../domain/schedule/rule.js'
import { slotsOf } from '../../domain/schedule/slots.js'
import { timeIn } from '../../domain/schedule/time.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { type DueJson, dueToJson } from '../../views/slot.js'
import { findSchedule } from './find-schedule.js'

/** The requested slots: a number of them, or all of a span of time. */
export interface NextRequest {
  readonly name: string
  /** null: 10, or as many as there are before `to`. */
  readonly count: number | null
  readonly from: string | null
  readonly to: string | null
}

export interface NextSlots {
  readonly slots: readonly DueJson[]
  /** Why the schedule has no slots; null if it can be followed. */
  readonly fault: string | null
  /** The slots will be left out. */
  readonly paused: boolean
  /** There are more slots than are shown. */
  readonly truncated: boolean
  /** How often it must succeed, and when it did last; null if nothing is expected. */
  readonly expectation: { readonly everyMs: number; readonly lastSuccessAt: EpochMs | null } | null
}

const defaultCount = 10
/** The most slots that one call shows. */
export const maxSlots = 10_000

/** The slots to come. Throws NotFoundError, and UsageError for times that cannot be read. */
export async function nextSlots(store: Store, request: NextRequest): Promise<NextSlots> {
  const schedule = await findSchedule(store, request.name)
  const { plan, fault, fired, waiting, pausedAt, decidedUntil } = schedule
  if (plan === null) return { slots: [], fault, paused: false, truncated: false, expectation: null }
  const { rule, definition } = plan
  const { tz } = rule
  const everyMs = definition.expectSuccessEveryMs ?? null
  const expectation = everyMs === null ? null : { everyMs, lastSuccessAt: schedule.lastSuccessAt }
  const now = systemClock.now()
  // Slots of the past are shown only on request.
  const from = request.from === null ? Math.max(now, decidedUntil) : timeIn(tz, request.from, '--from', now) - 1
  const to = request.to === null ? null : timeIn(tz, request.to, '--to', now)
  if (to !== null && to <= from) throw new UsageError('E_TIME', '--to is not after --from')
  const left = definition.limit === null ? maxSlots : Math.max(0, definition.limit - fired - waiting)
  const count = Math.min(left, request.count ?? (to === null ? defaultCount : maxSlots))
  const until = Math.min(definition.until ?? Number.POSITIVE_INFINITY, to ?? Number.POSITIVE_INFINITY)
  const slots = take(slotsOf(rule), from, until, count).map((slot) => dueToJson(slot, tz))
  return { slots, fault: null, paused: pausedAt !== null, truncated: slots.length === maxSlots, expectation }
}

function take(next: (after: EpochMs) => Slot | null, from: EpochMs, until: EpochMs, count: number): readonly Slot[] {
  const slots: Slot[] = []
  let slot = next(from)
  while (slot !== null && slot.at <= until && slots.length < count) {
    slots.push(slot)
    slot = next(slot.at)
  }
  return slots
}
