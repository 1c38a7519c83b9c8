import type { StoreLocation } from '../../open.js'
import type { Store } from '../../stores/store.js'
import type { Context } from '../context.js'

/** The parts of an installation and a project that are looked at, in the order in which they are shown. */
export const checkNames = [
  'node',
  'driver',
  'config',
  'tasks',
  'store',
  'disk',
  'clock',
  'workers',
  'cache',
  'limits',
] as const
export type CheckName = (typeof checkNames)[number]

/** Something that a check has found: how it is, or what is wrong with it. */
export interface Finding {
  readonly check: CheckName
  readonly status: 'ok' | 'warning' | 'problem'
  readonly message: string
  /** What to do, one line; null where there is nothing to do. */
  readonly fix: string | null
}

/** What is wrong, with what to do about it; or a note. */
export interface Trouble {
  readonly status: Finding['status']
  readonly message: string
  readonly fix: string | null
}

export function warning(message: string, fix: string | null): Trouble {
  return { status: 'warning', message, fix }
}

export function problem(message: string, fix: string | null): Trouble {
  return { status: 'problem', message, fix }
}

/** Something to know beside what is wrong. */
export function note(message: string): Trouble {
  return { status: 'ok', message, fix: null }
}

/** What the checks look at. */
export interface Patient {
  readonly from: string
  /** null: the config cannot be read. */
  readonly context: Context | null
  readonly location: StoreLocation
  /** Open for reading; null: it cannot be opened. */
  readonly store: Store | null
  /** Why the store cannot be opened; null: it is open. */
  readonly unopened: Trouble | null
  /** Whether large stores are read as a whole too. */
  readonly isThorough: boolean
}

/** Troubles; or, if there are none, how it is. null: there is nothing to look at. */
export type Checked = readonly Trouble[] | string | null

/** `1 job`, `2 jobs`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
