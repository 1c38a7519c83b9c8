import { realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import type Database from 'better-sqlite3'
import type { DriverInfo, InspectionLimits, StoreInspection } from '../inspection.js'
import { findInconsistencies } from './consistency.js'
import { openForReading } from './database.js'
import { connectByDriver } from './driver.js'
import { storeError } from './errors.js'

// Of damaged pages: more do not help.
const mostFaults = 10

/** Looks for what is wrong with a file; null if there is none. It writes nothing. Throws StoreUnavailableError. */
export function inspectFile(path: string, limits: InspectionLimits): StoreInspection | null {
  const db = openForReading(path)
  if (db === null) return null
  try {
    // Only sizes: a file of a store that is open must not be opened a second time.
    const real = realpathSync(path)
    const { size: bytes } = statSync(real)
    const walBytes = statSync(`${real}-wal`, { throwIfNoEntry: false })?.size ?? 0
    const damage = bytes > limits.pagesBytes ? null : damageOf(db)
    // The rows of damaged pages say nothing.
    const readsRows = bytes <= limits.rowsBytes && damage?.length === 0
    const contradictions = readsRows ? findInconsistencies(db) : null
    return { bytes, walBytes, schema: schemaOf(db), damage, contradictions }
  } catch (thrown) {
    throw storeError(path, thrown)
  } finally {
    db.close()
  }
}

function damageOf(db: Database.Database): readonly string[] {
  const found = db.pragma(`quick_check(${mostFaults})`) as { readonly quick_check: string }[]
  return found.map(({ quick_check }) => quick_check).filter((text) => text !== 'ok')
}

function schemaOf(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

/** The driver, after it has worked once. Throws StoreUnavailableError if it does not run on this machine. */
export function driverInfo(): DriverInfo {
  const db = connectByDriver(':memory:', {})
  try {
    const sqlite = db.prepare('SELECT sqlite_version()').pluck().get() as string
    const { version } = createRequire(import.meta.url)('better-sqlite3/package.json') as { readonly version: string }
    return { name: 'better-sqlite3', version, sqlite }
  } finally {
    db.close()
  }
}
