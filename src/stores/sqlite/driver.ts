import { createRequire } from 'node:module'
import type Database from 'better-sqlite3'
import { tooOldNode } from '../../../bin/node-version.js'
import { StoreUnavailableError } from '../../domain/errors.js'

/** A connection by the driver. Throws StoreUnavailableError where the driver does not run on this machine. */
export function connectByDriver(path: string, options: Database.Options): Database.Database {
  const Driver = loadDriver()
  try {
    return new Driver(path, options)
  } catch (thrown) {
    // Its native part is loaded by the first connection. What SQLite refuses has a code of SQLite's.
    throw isLoadFault(thrown) ? driverFault(thrown) : thrown
  }
}

/** Loads the driver, its native part too, for a connection that will be made soon. Throws StoreUnavailableError. */
export function preloadDriver(): void {
  connectByDriver(':memory:', {}).close()
}

let loaded: typeof Database | null = null
// The driver makes the function that reads a row.
const noCodeFromStrings = '--disallow-code-generation-from-strings'

function loadDriver(): typeof Database {
  if (loaded !== null) return loaded
  if ([...process.execArgv, process.env.NODE_OPTIONS].some((text) => text?.includes(noCodeFromStrings))) {
    throw new StoreUnavailableError(
      'E_DRIVER',
      `the SQLite driver better-sqlite3 cannot be used with ${noCodeFromStrings}`,
      'leave this option of Node out: see NODE_OPTIONS',
    )
  }
  const tooOld = tooOldNode()
  if (tooOld !== null) throw new StoreUnavailableError('E_NODE', tooOld) // it would crash the process
  try {
    loaded = createRequire(import.meta.url)('better-sqlite3') as typeof Database
    return loaded
  } catch (thrown) {
    throw driverFault(thrown)
  }
}

function isLoadFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const code = 'code' in thrown ? String(thrown.code) : ''
  return /^ERR_DLOPEN|MODULE_NOT_FOUND$/.test(code) || /\.node\b|native (?:binding|addon)/i.test(thrown.message)
}

function driverFault(thrown: unknown): StoreUnavailableError {
  const [why = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')
  return new StoreUnavailableError(
    'E_DRIVER',
    `the SQLite driver better-sqlite3 cannot be loaded: ${why}`,
    'node_modules of another machine or half an install do not run here: remove the folder and install again',
  )
}
