import type { ScheduleChange } from '../../app/schedules/schedule-changes.js'
import { visibleLine } from '../../views/sanitise.js'

/** One line for each change, as a diff has it. */
export function changesText(changes: readonly ScheduleChange[]): string {
  return changes.map((change) => visibleLine(`${change.change} ${change.name}  ${whatOf(change)}`)).join('\n')
}

function whatOf({ change, task, rule, before, options, fault }: ScheduleChange): string {
  if (change === '-') return `${task}, ${before ?? 'faulty'}`
  if (fault !== null) return `${task}, faulty: ${fault}`
  const others = options.length === 0 ? '' : `; ${options.join(', ')} changed`
  if (change === '~' && before !== rule) return `${task}, ${before ?? 'faulty'} -> ${rule}${others}`
  return `${task}, ${rule}${others}`
}
