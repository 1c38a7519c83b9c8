import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { findInconsistencies } from '../../src/stores/sqlite/consistency.js'

/** Nothing in the file contradicts itself: each job is in one place, and what was counted is there. */
export function expectConsistent(file: string): void {
  const db = new Database(file, { readonly: true, timeout: 10_000 })
  try {
    expect(findInconsistencies(db)).toEqual([])
  } finally {
    db.close()
  }
}
