import { Flags } from '@oclif/core'
import { UsageError } from '../domain/errors.js'
import { shellWord } from '../domain/shell-word.js'
import { lookOfStdout } from './look.js'

const interval = { char: 'n', summary: 'Seconds between two looks. Default: 1', helpValue: 'SECONDS' } as const
const readOnly = { summary: 'No key acts on jobs, queues or schedules' }

/** The flags of the live monitor. */
export const monitorFlags = { interval: Flags.string(interval), 'read-only': Flags.boolean(readOnly) }

const withWatch = { dependsOn: ['watch'] }

/** The same of a command that shows it only with `--watch`. */
export const watchFlags = {
  interval: Flags.string({ ...interval, ...withWatch }),
  'read-only': Flags.boolean({ ...readOnly, ...withWatch }),
}

/** Seconds as a person typed them, in milliseconds. Throws UsageError. */
export function intervalOf(text = '1'): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (seconds >= 0.1 && seconds <= 3_600) return Math.round(seconds * 1_000)
  throw new UsageError('E_USAGE', `--interval: ${JSON.stringify(text)} is not between 0.1 and 3600`, 'such as: -n 2')
}

/** What the monitor is started with. */
export function monitorOptions(flags: {
  readonly interval?: string | undefined
  readonly 'read-only': boolean
  readonly store?: string | undefined
  readonly cwd?: string | undefined
}) {
  const { hasColours, hasUnicode } = lookOfStdout()
  return {
    intervalMs: intervalOf(flags.interval),
    isReadOnly: flags['read-only'],
    look: { hasColours, hasUnicode },
    flags: [placeFlag('store', shownStore(flags.store)), placeFlag('cwd', flags.cwd)].join(''),
  }
}

/** Without the password, which the screen shows for hours: who copies the command writes it again. */
function shownStore(url: string | undefined): string | undefined {
  return url?.replace(/^(rediss?:\/\/)[^?]*@/i, '$1***@')
}

function placeFlag(name: string, value: string | undefined): string {
  if (value === undefined) return ''
  return ` --${name} ${shellWord(value)}`
}
