import { formatDuration } from '../duration.js'
import type { EpochMs } from '../job.js'
import type { NextSlot } from './rule.js'
import { type CatchUp, maxCaughtUp, type Overlap, onTimeMs, type StoredSchedule, wasPaused } from './schedule.js'
import { lastSlots, runOf, type SlotRange, type SlotRun } from './slot-range.js'

/** What a scheduler decides of a slot that is due. */
export interface DecidedSlot {
  readonly slot: EpochMs
  /** If not the same as `slot`, this stands for all slots from it to here. */
  readonly through: EpochMs
  /** How many slots this stands for. */
  readonly count: number
  /** `late` fires as `fired` does, and is recorded as such. */
  readonly outcome: 'fired' | 'late' | 'skipped' | 'missed'
  /**
   * For one that fires: what becomes of it while jobs of earlier slots have not ended. Default: as the schedule says.
   */
  readonly overlap?: Overlap
  readonly reason: string | null
  readonly lateMs: number
}

/** What the next firing depends on. */
type Firing = Pick<StoredSchedule, 'name' | 'plan' | 'decidedUntil' | 'fired' | 'waiting'>

/** When the next undecided slot fires; null if the schedule has none left, or is faulty. */
export function nextFiring(schedule: Firing, next: NextSlot): { slot: EpochMs; at: EpochMs } | null {
  if (schedule.plan === null) return null
  const { limit, until } = schedule.plan.definition
  if (limit !== null && schedule.fired + schedule.waiting >= limit) return null
  const slot = next(schedule.decidedUntil)
  if (slot === null || (until !== null && slot.at > until)) return null
  return { slot: slot.at, at: slot.at + jitterOf(schedule, next, slot.at) }
}

/**
 * Decides the slots that are due, the oldest first. Slots that are on time fire; once one is not, all of them
 * came while no scheduler looked, and the catch-up policy decides. `absence` says why none looked. Slots that follow one
 * another and do not fire for the same reason are one record.
 */
export function decideDue(
  schedule: StoredSchedule,
  next: NextSlot,
  now: EpochMs,
  absence: string,
): readonly DecidedSlot[] {
  if (schedule.plan === null) return []
  const { catchUp, maxLatenessMs, overlap, until } = schedule.plan.definition
  const { decidedUntil, pausedAt } = schedule
  const lateBy = (slot: EpochMs) => now - slot - jitterOf(schedule, next, slot)
  /** The range without its last slots that are less late than this. Only the last one can be, since jitters keep the order. */
  const upTo = (range: SlotRange, latenessMs: number): SlotRange => {
    const cut = { from: range.from, until: Math.max(range.from, Math.min(range.until, now - latenessMs)) }
    const [last] = lastSlots(next, cut, 1)
    return last === undefined || lateBy(last) >= latenessMs ? cut : { from: cut.from, until: last - 1 }
  }
  const due = upTo({ from: decidedUntil, until: Math.min(now, until ?? now) }, 0)
  const parts = partsOf(schedule, due)
  const open = parts.filter(({ isPaused }) => !isPaused)
  const firstOpen = open.map(({ from, until }) => firstOf(next, { from, until })).find((slot) => slot !== null) ?? null
  const isCatchingUp = firstOpen !== null && lateBy(firstOpen) > onTimeMs
  // Missed slots fire one after another: with overlap `skip`, only the first would fire.
  const overlapNow = isCatchingUp && catchUp === 'all' && overlap === 'skip' ? 'queue' : overlap
  const inTime = (slot: EpochMs) => maxLatenessMs === null || lateBy(slot) <= maxLatenessMs
  const firing = new Set(pausedAt === null ? firingOf(next, open, isCatchingUp ? catchUp : null, lateBy, inTime) : [])

  const record = (run: SlotRun | null, outcome: DecidedSlot['outcome'], reason: string | null): DecidedSlot[] => {
    if (run === null) return []
    const { first, last, count } = run
    return [{ slot: first, through: last, count, outcome, overlap: overlapNow, reason, lateMs: lateBy(first) }]
  }
  const missed = (range: SlotRange, why: string) => record(runOf(next, range), 'missed', `${absence}; ${why}`)
  const leftOut = (range: SlotRange): DecidedSlot[] => {
    if (pausedAt !== null) {
      // A slot whose jitter ends in the pause is skipped too.
      const before = upTo(range, onTimeMs + 1)
      return [...missed(before, 'the schedule is paused'), ...paused({ ...range, from: before.until })]
    }
    const tooLate = maxLatenessMs === null ? { from: range.from, until: range.from } : upTo(range, maxLatenessMs + 1)
    return [
      ...missed(tooLate, `later than ${formatDuration(maxLatenessMs ?? 0)}`),
      ...missed({ ...range, from: tooLate.until }, leftOutBy[catchUp]),
    ]
  }
  const paused = (range: SlotRange) => record(runOf(next, range), 'skipped', wasPaused)
  return parts.flatMap(({ isPaused, ...range }) => {
    if (isPaused) return paused(range)
    const own = [...firing].filter((slot) => slot > range.from && slot <= range.until)
    const fired = own.flatMap((slot) => {
      const run = { first: slot, last: slot, count: 1 }
      return lateBy(slot) > onTimeMs ? record(run, 'late', absence) : record(run, 'fired', null)
    })
    return [...leftOut({ from: range.from, until: (own[0] ?? range.until + 1) - 1 }), ...fired]
  })
}

const leftOutBy: Readonly<Record<CatchUp, string>> = {
  skip: 'none is made up for',
  latest: 'only the latest is made up for',
  all: `only the last ${maxCaughtUp} are made up for`,
}

interface Part extends SlotRange {
  readonly isPaused: boolean
}

/** A range, cut where pauses begin and end. */
function partsOf({ pausedAt, pauses }: StoredSchedule, { from, until }: SlotRange): readonly Part[] {
  const all = [...pauses, ...(pausedAt === null ? [] : [{ from: pausedAt, until: Number.POSITIVE_INFINITY }])]
  const cuts = all.flatMap((pause) => [pause.from - 1, pause.until - 1]).filter((cut) => cut > from && cut < until)
  const ends = [...new Set([...cuts, until])].sort((a, b) => a - b)
  return ends.flatMap((end, index) => {
    const begin = ends[index - 1] ?? from
    const isPaused = all.some((pause) => begin + 1 >= pause.from && begin + 1 < pause.until)
    return end <= begin ? [] : [{ from: begin, until: end, isPaused }]
  })
}

function firstOf(next: NextSlot, { from, until }: SlotRange): EpochMs | null {
  const slot = next(from)
  return slot === null || slot.at > until ? null : slot.at
}

/** The slots that fire: the last ones, as many as the policy makes up for. `catchUp`: null if all slots are on time. */
function firingOf(
  next: NextSlot,
  open: readonly SlotRange[],
  catchUp: CatchUp | null,
  lateBy: (slot: EpochMs) => number,
  inTime: (slot: EpochMs) => boolean,
): readonly EpochMs[] {
  const most = catchUp === null || catchUp === 'all' ? maxCaughtUp : 1
  let slots: readonly EpochMs[] = []
  for (const range of open.toReversed()) {
    if (slots.length < most) slots = [...lastSlots(next, range, most - slots.length), ...slots]
  }
  return slots.filter((slot) => inTime(slot) && (catchUp !== 'skip' || lateBy(slot) <= onTimeMs))
}

/**
 * The delay of a slot in milliseconds. It depends on name and time only, so every scheduler computes the same. It is not
 * longer than the time to the next slot, so slots fire in order.
 */
export function jitterOf({ name, plan }: Pick<StoredSchedule, 'name' | 'plan'>, next: NextSlot, slot: EpochMs): number {
  const jitterMs = plan?.definition.jitterMs ?? 0
  if (jitterMs === 0) return 0
  const untilNextMs = (next(slot)?.at ?? Number.POSITIVE_INFINITY) - slot
  return hash(`${name} ${slot}`) % (Math.min(jitterMs, untilNextMs) + 1)
}

/** FNV-1a, with the last mix of MurmurHash3: neighbours in time must not be neighbours in jitter. */
function hash(text: string): number {
  let mixed = 0x811c9dc5
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
