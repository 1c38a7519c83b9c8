import { zoneOfMachine } from '../machine-zone.js'
import { say } from './say.js'

let isSaid = false

/** The zone of this machine, for times that have none. Says once if it is set to one that has no name. */
export function namedZone(): string {
  const { name, unknown } = zoneOfMachine()
  if (unknown !== null && !isSaid) {
    isSaid = true
    const setting = unknown === '/etc/localtime' ? unknown : `TZ=${unknown}`
    say(`${setting} names no time zone, and is taken as UTC: write a name such as Europe/Berlin, or give --tz`)
  }
  return name
}
