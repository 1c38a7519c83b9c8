import { formatDuration } from '../duration.js'
import type { EpochMs } from '../job.js'
import type { NextSlot } from './rule.js'
import { type CatchUp, maxCaughtUp, type Overlap, onTimeMs, type StoredSchedule } from './schedule.js'

/** What a scheduler decides of a slot that is due. */
export interface DecidedSlot {
  readonly slot: EpochMs
  /** If not the same as `slot`, this stands for all slots from it to here. */
  readonly through: EpochMs
  /** `late` fires as `fired` does, and is recorded as such. */
  readonly outcome: 'fired' | 'late' | 'skipped' | 'missed'
  /**
   * For one that fires: what becomes of it while jobs of earlier slots have not ended. Default: as the schedule says.
   */
  readonly overlap?: Overlap
  readonly reason: string | null
  readonly lateMs: number
}

// The older slots of a long absence are one record: a schedule of every second has 86,400 of them in a day.
const maxListed = 1_000

/** When the next undecided slot fires; null if the schedule has none left, or is faulty. */
export function nextFiring(schedule: StoredSchedule, next: NextSlot): { slot: EpochMs; at: EpochMs } | null {
  if (schedule.plan === null) return null
  const { limit, until } = schedule.plan.definition
  if (limit !== null && schedule.fired + schedule.waiting >= limit) return null
  const slot = next(schedule.decidedUntil)
  if (slot === null || (until !== null && slot.at > until)) return null
  return { slot: slot.at, at: slot.at + jitterOf(schedule, next, slot.at) }
}

/**
 * Decides the slots that are due, the oldest first. Slots that are on time fire; once one is not, all of them
 * came while no scheduler looked, and the catch-up policy decides. `absence` says why none looked.
 */
export function decideDue(
  schedule: StoredSchedule,
  next: NextSlot,
  now: EpochMs,
  absence: string,
): readonly DecidedSlot[] {
  if (schedule.plan === null) return []
  const { definition } = schedule.plan
  const { pausedAt } = schedule
  const lateBy = (slot: EpochMs) => now - slot - jitterOf(schedule, next, slot)
  const isDue = (slot: EpochMs) => lateBy(slot) >= 0 && (definition.until === null || slot <= definition.until)
  const { older, listed } = dueSlots(next, schedule.decidedUntil, isDue, now)
  const [first] = listed
  if (first === undefined) return []
  const inTime = (slot: EpochMs) => definition.maxLatenessMs === null || lateBy(slot) <= definition.maxLatenessMs
  const [firstOpen, ...laterOpen] = listed.filter((slot) => !isPaused(schedule, slot))
  const isCatchingUp = older !== null || (firstOpen !== undefined && lateBy(firstOpen) > onTimeMs)
  const candidates = firstOpen === undefined || pausedAt !== null ? [] : [firstOpen, ...laterOpen].filter(inTime)
  const firing = new Set(isCatchingUp ? caughtUp(definition.catchUp, candidates, lateBy) : candidates)
  const why = (slot: EpochMs) => {
    if (pausedAt !== null) return `${absence}; the schedule is paused`
    if (inTime(slot)) return `${absence}; ${leftOut[definition.catchUp]}`
    return `${absence}; later than ${formatDuration(definition.maxLatenessMs ?? 0)}`
  }
  // Missed slots fire one after another: with overlap `skip`, only the first would fire.
  const overlap =
    isCatchingUp && definition.catchUp === 'all' && definition.overlap === 'skip' ? 'queue' : definition.overlap
  const decide = (slot: EpochMs, through = slot): DecidedSlot => {
    const decided = { slot, through, overlap, lateMs: lateBy(slot) }
    // A slot whose jitter ends in a pause is skipped too.
    const isInPause = isPaused(schedule, slot) || (pausedAt !== null && decided.lateMs <= onTimeMs)
    if (isInPause) return { ...decided, outcome: 'skipped', reason: 'the schedule was paused' }
    if (!firing.has(slot)) return { ...decided, outcome: 'missed', reason: why(slot) }
    if (decided.lateMs > onTimeMs) return { ...decided, outcome: 'late', reason: absence }
    return { ...decided, outcome: 'fired', reason: null }
  }
  const decided = listed.map((slot) => decide(slot))
  return older === null ? decided : [decide(older.first, older.last), ...decided]
}

function isPaused({ pausedAt, pauses }: StoredSchedule, slot: EpochMs): boolean {
  if (pausedAt !== null && slot >= pausedAt) return true
  return pauses.some(({ from, until }) => slot >= from && slot < until)
}

const leftOut: Readonly<Record<CatchUp, string>> = {
  skip: 'none is made up for',
  latest: 'only the latest is made up for',
  all: `only the last ${maxCaughtUp} are made up for`,
}

function caughtUp(catchUp: CatchUp, inTime: readonly EpochMs[], lateBy: (slot: EpochMs) => number): readonly EpochMs[] {
  switch (catchUp) {
    case 'all':
      return inTime.slice(-maxCaughtUp)
    case 'latest':
      return inTime.slice(-1)
    case 'skip':
      return inTime.slice(-1).filter((slot) => lateBy(slot) <= onTimeMs)
  }
}

/** The due slots after `from`: lists the newest `maxListed`, and gives older ones as a range. */
function dueSlots(next: NextSlot, from: EpochMs, isDue: (slot: EpochMs) => boolean, now: EpochMs) {
  const oldest = take(next, from, isDue, maxListed + 1)
  const [first] = oldest
  if (oldest.length <= maxListed || first === undefined) return { older: null, listed: oldest }
  // A walk over all slots could be long: look back from now, twice as far each time, until there are enough.
  let spanMs = (oldest.at(-1) ?? first) - first
  for (;;) {
    const since = Math.max(from, now - spanMs)
    const seen = take(next, since, isDue, Number.POSITIVE_INFINITY)
    const last = seen.at(-maxListed - 1)
    if (last !== undefined) return { older: { first, last }, listed: seen.slice(-maxListed) }
    spanMs *= 2
  }
}

function take(next: NextSlot, from: EpochMs, isDue: (slot: EpochMs) => boolean, limit: number): readonly EpochMs[] {
  const slots: EpochMs[] = []
  let slot = next(from)
  while (slot !== null && slots.length < limit && isDue(slot.at)) {
    slots.push(slot.at)
    slot = next(slot.at)
  }
  return slots
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
