import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { knownZone } from './domain/schedule/zone-names.js'

/** The zone that a machine is set to. */
export interface MachineZone {
  /** A name of the tz database; UTC if it is set to none. */
  readonly name: string
  /** What it is set to instead of a zone with a name; null if it has a name. */
  readonly unknown: string | null
}

/** The zone that this machine is set to; UTC if it is set to none that is known. */
export function machineZone(): string {
  return zoneOfMachine().name
}

const known = (name: string): MachineZone => ({ name, unknown: null })

/** The same, with what was not understood. TZ may have the path of a zone, which Intl takes for UTC without a word. */
export function zoneOfMachine(TZ = process.env.TZ): MachineZone {
  const setting = TZ?.replace(/^:/, '') ?? ''
  if (TZ !== undefined && setting === '') return known('UTC')
  if (TZ === undefined) return knownOr('/etc/localtime', intlZone() ?? zoneOfFile('/etc/localtime'))
  if (setting.startsWith('/')) return knownOr(TZ, zoneOfFile(setting))
  // As POSIX writes UTC in a rule of its own.
  if (/^(UTC|GMT)[+-]?0$/.test(setting)) return known('UTC')
  return knownOr(TZ, knownZone(setting.replace(/^(posix|right)\//, '')))
}

function knownOr(setting: string, name: string | null): MachineZone {
  return name === null ? { name: 'UTC', unknown: setting } : known(name)
}

/** null: Intl knows no name for the zone. */
function intlZone(): string | null {
  const name: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone
  return name === undefined ? null : knownZone(name)
}

/** The zone whose file this is: by its place, else by what is in it. */
function zoneOfFile(path: string): string | null {
  try {
    return zoneOfPath(path) ?? zoneOfPath(realpathSync(path)) ?? zoneOfContent(readFileSync(path))
  } catch {
    return null // it cannot be read
  }
}

function zoneOfPath(path: string): string | null {
  const name = /\/zoneinfo\/(?:(?:posix|right)\/)?(.+)$/.exec(path)?.[1]
  return name === undefined ? null : knownZone(name)
}

const zonesFolder = '/usr/share/zoneinfo'

/** Of a copied file, as some images have it for /etc/localtime. */
function zoneOfContent(bytes: Buffer): string | null {
  if (/\n(UTC|GMT)0\n$/.test(bytes.toString('latin1'))) return 'UTC'
  const isSame = (name: string) => {
    try {
      return readFileSync(join(zonesFolder, name)).equals(bytes)
    } catch {
      return false
    }
  }
  const names = [...configuredZone(), ...mainZones(), ...Intl.supportedValuesOf('timeZone')]
  const name = names.find(isSame)
  return name === undefined ? null : knownZone(name)
}

/** The name that Debian keeps beside the file. */
function configuredZone(): readonly string[] {
  return textOf('/etc/timezone').trim().split('\n', 1)
}

/** The zones that stand for a country. Others have the same times: Europe/Berlin is also Arctic/Longyearbyen. */
function mainZones(): readonly string[] {
  const lines = textOf(join(zonesFolder, 'zone1970.tab')).split('\n')
  return lines.flatMap((line) => (line.startsWith('#') ? [] : (line.split('\t')[2] ?? [])))
}

/** Empty if it cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
