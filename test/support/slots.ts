import Database from 'better-sqlite3'
import type { CliProject } from './cli.js'
import { storeFile } from './store-file.js'

/** A slot as its row tells it. */
export interface StoredSlot {
  readonly schedule: string
  readonly slot: number
  readonly outcome: string
  readonly job: number | null
  readonly late_ms: number
}

/** The slots of all schedules, each in its order, and the job that each schedule and slot made, by the jobs themselves. */
export function storedSlots(project: CliProject): {
  readonly slots: readonly StoredSlot[]
  readonly jobs: readonly { readonly id: number; readonly schedule: string; readonly slot: number }[]
} {
  const db = new Database(storeFile(project), { readonly: true, timeout: 10_000 })
  try {
    return slotsIn(db)
  } finally {
    db.close()
  }
}

export function slotsIn(db: Database.Database): ReturnType<typeof storedSlots> {
  const slots = db.prepare('SELECT schedule, slot, outcome, job, late_ms FROM slots ORDER BY schedule, slot').all()
  const jobs = db
    .prepare('SELECT id, schedule, slot FROM jobs WHERE schedule IS NOT NULL ORDER BY schedule, slot')
    .all()
  return { slots, jobs } as ReturnType<typeof storedSlots>
}
