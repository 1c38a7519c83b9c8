import type { DeclareEvent } from '../../app/schedules/declare-schedules.js'
import type { NewSchedule } from '../../domain/schedule/schedule.js'
import { say } from '../say.js'

/** Says what happened as the schedules of code and config came into the store. */
export function sayDeclared(event: DeclareEvent): void {
  if (event.kind === 'schedules-unchecked') {
    say(uncheckedText(event.why))
    return
  }
  for (const { change, name, rule, fault } of event.changes) {
    say(fault === null ? `schedule ${change} ${name}: ${rule}` : `schedule ${name} is faulty: ${fault}`)
  }
  for (const { name, fault } of event.faulty) say(`schedule ${name} is faulty: ${fault}`)
  for (const { name, task } of event.unknown) {
    say(`schedule ${name} is for ${task}, which this project does not have: its jobs wait for a worker that has it`)
  }
  for (const schedule of event.conflicting) say(`schedule ${conflictText(schedule)}`)
  for (const { name, source } of event.undeclared) {
    say(
      `schedule ${name} is not in the ${source} of this project, and fires still; if it has left it, remove it: offstage schedule sync`,
    )
  }
}

export function uncheckedText(why: string): string {
  return `the arguments of schedules could not be checked by the schemas of their tasks: ${why}`
}

export function conflictText({ name, source }: NewSchedule): string {
  return `${name} was made by hand and stays; that of the ${source} is left out until it is removed: offstage schedule remove ${name}`
}
