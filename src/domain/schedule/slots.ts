import type { EpochMs } from '../job.js'
import { type CronFields, parseCron } from './cron.js'
import { type Instants, instantsOf, localAt, offsetAt, timeText } from './local-time.js'
import { type NextNominal, nominalTimes } from './nominal-times.js'
import type { NextSlot, Rule, Slot, SlotNote } from './rule.js'
import { periodAt } from './zone-offsets.js'

const dayMs = 86_400_000
// `Date` ends soon after.
const lastTime: EpochMs = 8.6e15
// The last Sunday of March at 02:30 is never shown in Berlin: at some point it is enough.
const furthestMs = 40 * 366 * dayMs
/** The most local times that are listed for one slot. */
const maxTimes = 24

/** The slots of a rule: which comes next depends on the rule and the time alone. */
export function slotsOf(rule: Rule): NextSlot {
  switch (rule.kind) {
    case 'cron':
      return within(cronSlots(parseCron(rule.cron, 'cron'), rule.tz))
    case 'every':
      return everySlots(rule.everyMs, rule.from, rule.tz)
    case 'once':
      return (after) => (after < rule.at ? { at: rule.at, note: null } : null)
  }
}

function within(next: NextSlot): NextSlot {
  return (after) => (after < lastTime ? next(Math.max(after, -lastTime)) : null)
}

function cronSlots(fields: CronFields, tz: string): NextSlot {
  const nominal = nominalTimes(fields)
  return fields.isFixed ? (after) => nextFixed(nominal, tz, after) : (after) => nextShown(nominal, tz, after)
}

/** A nominal time is one slot, whatever the clocks do: it is moved out of a gap, and comes once in a fold. */
function nextFixed(nominal: NextNominal, tz: string, after: EpochMs): Slot | null {
  let local = nominal(localAt(tz, Math.floor(after)) + 1)
  while (local !== null) {
    const found = instantsOf(tz, local)
    if (found.at > after) return { at: found.at, note: noteOf(nominal, local, found) }
    // Within the second turn of a fold, all that is left of it was due in the first.
    local = nominal(found.kind === 'fold' ? found.until : local + 1)
  }
  return null
}

function noteOf(nominal: NextNominal, local: number, found: Instants): SlotNote | null {
  if (found.kind === 'one') return null
  if (found.kind === 'fold') return { kind: 'fold', time: timeText(local) }
  const times: string[] = []
  for (let next = nominal(found.from); next !== null && next < found.until; next = nominal(next + 1)) {
    times.push(timeText(next))
    if (times.length === maxTimes) break
  }
  return { kind: 'gap', times }
}

/** Each time that the clocks show a nominal time is a slot: none in a gap, two in a fold. */
function nextShown(nominal: NextNominal, tz: string, after: EpochMs): Slot | null {
  for (let from = Math.floor(after) + 1; from < after + furthestMs; ) {
    const period = periodAt(tz, from)
    const local = nominal(from + period.offsetMs)
    if (local === null) return null
    const at = local - period.offsetMs
    if (at < period.until) return { at, note: null }
    // Offsets differ by a day or so at most: with two days to spare at both ends, no change of the clocks makes them
    // show a nominal time between here and there.
    from = period.until - from < 2 * dayMs ? period.until : Math.max(period.until, at - 2 * dayMs)
  }
  return null
}

function everySlots(everyMs: number, from: EpochMs, tz: string): NextSlot {
  const keepsTimeOfDay = everyMs % dayMs === 0
  return (after) => {
    if (after < from) return { at: from, note: null }
    const at = from + (Math.floor((after - from) / everyMs) + 1) * everyMs
    if (!(at < lastTime)) return null
    return { at, note: keepsTimeOfDay ? shiftOf(at - everyMs, at, tz) : null }
  }
}

function shiftOf(before: EpochMs, at: EpochMs, tz: string): SlotNote | null {
  if ((offsetAt(tz, at) - offsetAt(tz, before)) % dayMs === 0) return null
  return { kind: 'shift', before: timeText(localAt(tz, before)), now: timeText(localAt(tz, at)) }
}
