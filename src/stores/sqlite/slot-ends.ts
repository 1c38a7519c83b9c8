import type { Writing } from './writing.js'

/** Keeps with the slots of a job how it ended: it is in `ends` now. Most jobs have no slot. */
export function endSlots({ statements }: Writing, job: number): void {
  if (statements.isOpenSlot.get(job, job) === undefined) return
  statements.noteSuccess.run(job)
  statements.endSlots.run(job)
}

/** The same for many jobs. One look for all of them, since most have no slot. */
export function endSlotsOfMany(writing: Writing, jobs: readonly number[]): void {
  if (writing.statements.isOpenSlot.get(Math.min(...jobs), Math.max(...jobs)) === undefined) return
  for (const job of jobs) endSlots(writing, job)
}
