import { UsageError } from '../errors.js'
import { nearestName } from '../names.js'

// Intl has these from an old list of Java, with meanings that few people share: its BST is in Dhaka.
const ofJava =
  /^(ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST)$/i

/** Zones of abbreviations that are no names. Of several with one abbreviation, the one that most people mean. */
const abbreviations: Readonly<Record<string, string>> = {
  ACST: 'Australia/Adelaide',
  ACDT: 'Australia/Adelaide',
  ADT: 'America/Halifax',
  AEST: 'Australia/Sydney',
  AEDT: 'Australia/Sydney',
  AET: 'Australia/Sydney',
  AKST: 'America/Anchorage',
  AKDT: 'America/Anchorage',
  ART: 'America/Argentina/Buenos_Aires',
  AST: 'America/Halifax',
  AWST: 'Australia/Perth',
  BRT: 'America/Sao_Paulo',
  BST: 'Europe/London',
  CAT: 'Africa/Maputo',
  CDT: 'America/Chicago',
  CEST: 'Europe/Berlin',
  CST: 'America/Chicago',
  EAT: 'Africa/Nairobi',
  EDT: 'America/New_York',
  EEST: 'Europe/Athens',
  ET: 'America/New_York',
  HKT: 'Asia/Hong_Kong',
  ICT: 'Asia/Bangkok',
  IDT: 'Asia/Jerusalem',
  IST: 'Asia/Kolkata',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  MDT: 'America/Denver',
  MSK: 'Europe/Moscow',
  NDT: 'America/St_Johns',
  NST: 'America/St_Johns',
  NZDT: 'Pacific/Auckland',
  NZST: 'Pacific/Auckland',
  PDT: 'America/Los_Angeles',
  PHT: 'Asia/Manila',
  PKT: 'Asia/Karachi',
  PST: 'America/Los_Angeles',
  PT: 'America/Los_Angeles',
  SAST: 'Africa/Johannesburg',
  SGT: 'Asia/Singapore',
  SST: 'Pacific/Pago_Pago',
  WEST: 'Europe/Lisbon',
  WIB: 'Asia/Jakarta',
  Z: 'UTC',
}

/** The name of a time zone as Intl spells it. Throws UsageError `E_TIME_ZONE`; `option` names where it was written. */
export function timeZone(name: string, option: string): string {
  const known = knownZone(name)
  if (known !== null) return known
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name)
  const meant = abbreviations[name.trim().toUpperCase()]
  if (meant !== undefined) {
    const what = `${option}: ${shown} is an abbreviation, not the name of a time zone`
    throw new UsageError('E_TIME_ZONE', what, `did you mean "${meant}"?`)
  }
  const nearest = name.length > 80 ? null : nearestZone(name)
  const hint = nearest === null ? 'write a name such as Europe/Berlin, or UTC' : `did you mean "${nearest}"?`
  throw new UsageError('E_TIME_ZONE', `${option}: ${shown} is no time zone`, hint)
}

/** The name of a zone of the tz database, as it is spelled; null if there is no such zone. */
export function knownZone(name: string): string | null {
  // Node 22 takes '+02:00' for a zone, and Node 20 does not.
  if (!/^[A-Za-z]/.test(name) || ofJava.test(name)) return null
  try {
    const known = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
    // An alias stays: the name that Intl has for it is of an older time (Asia/Calcutta), and depends on the runtime.
    return known.toLowerCase() === name.toLowerCase() ? known : name
  } catch {
    return null
  }
}

function nearestZone(name: string): string | null {
  const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC']
  const place = `/${name.trim().replaceAll(' ', '_').toLowerCase()}`
  return zones.find((zone) => zone.toLowerCase().endsWith(place)) ?? nearestName(name, zones)
}
