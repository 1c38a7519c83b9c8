import type { EpochMs } from '../job.js'
import type { NextSlot } from './rule.js'

/** The slots after `from`, up to and including `until`. */
export interface SlotRange {
  readonly from: EpochMs
  readonly until: EpochMs
}

/** Slots that follow one another. */
export interface SlotRun {
  readonly first: EpochMs
  readonly last: EpochMs
  /** How many there are; of very many an estimate. */
  readonly count: number
}

const firstLookMs = 60_000
// A rule of every second has 31 million slots in a year.
const maxCounted = 10_000

/**
 * The last slots of a range, the oldest first, `most` of them at most. It looks back from the end, further each time: a walk
 * over all slots could be long.
 */
export function lastSlots(next: NextSlot, { from, until }: SlotRange, most: number): readonly EpochMs[] {
  if (until <= from) return []
  for (let spanMs = firstLookMs; ; spanMs *= 4) {
    const since = Math.max(from, until - spanMs)
    const slots = slotsIn(next, { from: since, until })
    if (slots.length >= most || since === from) return slots.slice(-most)
  }
}

/** All slots of a range as one run; null if there are none. */
export function runOf(next: NextSlot, range: SlotRange): SlotRun | null {
  const first = next(range.from)?.at
  const [last] = lastSlots(next, range, 1)
  if (first === undefined || last === undefined) return null
  let [count, slot] = [1, first]
  while (slot < last && count < maxCounted) {
    slot = next(slot)?.at ?? last
    count++
  }
  if (slot < last) count = Math.round((count * (last - first)) / (slot - first))
  return { first, last, count }
}

function slotsIn(next: NextSlot, { from, until }: SlotRange): readonly EpochMs[] {
  const slots: EpochMs[] = []
  for (let slot = next(from); slot !== null && slot.at <= until; slot = next(slot.at)) slots.push(slot.at)
  return slots
}
