import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import type { Slot } from '../../domain/schedule/rule.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { slotsOf } from '../../domain/schedule/slots.js'
import { timeIn } from '../../domain/schedule/time.js'
import { systemClock } from '../../engine/clock.js'
import { machineZone } from '../../machine-zone.js'
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

/** The slots to come of one schedule. Throws NotFoundError, and UsageError for times that cannot be read. */
export async function nextSlots(store: Store, request: NextRequest): Promise<NextSlots> {
  const schedule = await findSchedule(store, request.name)
  const { plan, fault, pausedAt } = schedule
  if (plan === null) return { slots: [], fault, paused: false, truncated: false, expectation: null }
  const { rule, definition } = plan
  const everyMs = definition.expectSuccessEveryMs ?? null
  const expectation = everyMs === null ? null : { everyMs, lastSuccessAt: schedule.lastSuccessAt }
  const now = systemClock.now()
  const span = spanOf(request, rule.tz, now)
  const slots = take(slotsIn(schedule, plan, span, now), span.count).map((slot) => dueToJson(slot, rule.tz))
  return { slots, fault: null, paused: pausedAt !== null, truncated: slots.length === maxSlots, expectation }
}

/** The slots to come of all schedules. */
export interface NextOfAll {
  readonly slots: readonly (DueJson & { readonly name: string })[]
  /** Schedules that will not fire, with the reason of each. */
  readonly silent: readonly { readonly name: string; readonly fault: string | null }[]
  readonly truncated: boolean
}

/**
 * The slots to come of all schedules that are not paused, in the order of their times. Times are read in the zone of this
 * machine. Throws UsageError for times that cannot be read.
 */
export async function nextSlotsOfAll(store: Store, request: Omit<NextRequest, 'name'>): Promise<NextOfAll> {
  const now = systemClock.now()
  const span = spanOf(request, machineZone(), now)
  const schedules = await store.schedules()
  const silent: { readonly name: string; readonly fault: string | null }[] = []
  const heads = schedules.flatMap((schedule) => {
    const { name, plan, pausedAt, fault } = schedule
    if (plan === null || pausedAt !== null) {
      silent.push({ name, fault })
      return []
    }
    try {
      const slots = slotsIn(schedule, plan, span, now)
      return [{ name, tz: plan.rule.tz, slots, next: firstOf(slots) }]
    } catch (thrown) {
      // Its zone may be one that only another machine knows.
      silent.push({ name, fault: thrown instanceof Error ? thrown.message : String(thrown) })
      return []
    }
  })
  const slots: (DueJson & { readonly name: string })[] = []
  while (slots.length < span.count) {
    let first: (typeof heads)[number] | null = null
    for (const head of heads) {
      if (head.next !== null && (first?.next == null || head.next.at < first.next.at)) first = head
    }
    if (first?.next == null) break
    slots.push({ name: first.name, ...dueToJson(first.next, first.tz) })
    first.next = firstOf(first.slots)
  }
  return { slots, silent, truncated: slots.length === maxSlots }
}

interface Span {
  /** Exclusive; null: from when the slots of a schedule are not decided. */
  readonly from: EpochMs | null
  readonly to: EpochMs | null
  readonly count: number
}

function spanOf({ count, from, to }: Omit<NextRequest, 'name'>, tz: string, now: EpochMs): Span {
  // Slots of the past are shown only on request.
  const begin = from === null ? null : timeIn(tz, from, '--from', now) - 1
  const end = to === null ? null : timeIn(tz, to, '--to', now)
  if (end !== null && end <= (begin ?? now)) throw new UsageError('E_TIME', '--to is not after --from')
  return { from: begin, to: end, count: count ?? (end === null ? defaultCount : maxSlots) }
}

/** The slots of a schedule in a span, as many as its limit leaves. */
function* slotsIn(
  { fired, waiting, decidedUntil }: StoredSchedule,
  { rule, definition }: NonNullable<StoredSchedule['plan']>,
  { from, to }: Span,
  now: EpochMs,
): Generator<Slot, undefined> {
  const { limit, until } = definition
  const last = Math.min(until ?? Number.POSITIVE_INFINITY, to ?? Number.POSITIVE_INFINITY)
  const next = slotsOf(rule)
  let left = limit === null ? maxSlots : Math.max(0, limit - fired - waiting)
  let slot = left === 0 ? null : next(from ?? Math.max(now, decidedUntil))
  for (; slot !== null && slot.at <= last && left > 0; left--) {
    yield slot
    slot = next(slot.at)
  }
}

function firstOf(slots: Iterator<Slot, undefined>): Slot | null {
  return slots.next().value ?? null
}

function take(slots: Iterable<Slot>, count: number): readonly Slot[] {
  const taken: Slot[] = []
  if (count > 0) {
    for (const slot of slots) if (taken.push(slot) === count) break
  }
  return taken
}
