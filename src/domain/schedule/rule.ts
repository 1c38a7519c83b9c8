import { formatDuration } from '../duration.js'
import type { EpochMs } from '../job.js'
import { localText } from './local-time.js'

/** When a schedule is due, checked and complete: plain data, as it is stored. */
export type Rule =
  /** By Vixie cron's rules on the wall clock of a zone. */
  | { readonly kind: 'cron'; readonly cron: string; readonly tz: string }
  /** At `from`, and every so many milliseconds after it; `tz` is the zone that its times are shown in. */
  | { readonly kind: 'every'; readonly everyMs: number; readonly from: EpochMs; readonly tz: string }
  | { readonly kind: 'once'; readonly at: EpochMs; readonly tz: string }

/** One due time of a rule, the nominal one: before any jitter. */
export interface Slot {
  readonly at: EpochMs
  readonly note: SlotNote | null
}

/** What a change of the clocks made of a slot; local times are such as `02:30`, or `02:30:15` with seconds. */
export type SlotNote =
  /** Its local times do not exist that day: they are one slot, at the end of the gap. */
  | { readonly kind: 'gap'; readonly times: readonly string[] }
  /** Its local time comes twice: this is the first, and the only one. */
  | { readonly kind: 'fold'; readonly time: string }
  /** An interval of whole days left its time of day: it was `before`, and is `now`. */
  | { readonly kind: 'shift'; readonly before: string; readonly now: string }

/** The first slot after a time; null if there is none. */
export type NextSlot = (after: EpochMs) => Slot | null

/** Whether a time may be a slot of a rule. Uses no calendar, so it may say yes where the answer is no. */
export function mayBeSlot(rule: Rule | undefined, at: EpochMs): boolean {
  switch (rule?.kind) {
    case 'cron':
      return at % 1_000 === 0
    case 'every':
      return (at - rule.from) % rule.everyMs === 0
    case 'once':
      return at === rule.at
    case undefined:
      return false
  }
}

/** A rule as people write it. */
export function ruleText(rule: Rule): string {
  switch (rule.kind) {
    case 'cron':
      return rule.cron
    case 'every':
      return `every ${formatDuration(rule.everyMs)}`
    case 'once':
      return 'once'
  }
}

/** The same with its zone, and with the time of one that comes once: where no time stands beside it. */
export function wholeRuleText(rule: Rule): string {
  const when = rule.kind === 'once' ? ` at ${localText(rule.tz, rule.at)}` : ''
  return `${ruleText(rule)}${when} (${rule.tz})`
}
