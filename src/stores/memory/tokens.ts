import type { NewJob } from '../../domain/job.js'
import type { Enqueued } from '../store.js'
import { refuseLateTokens, tokenKeptMs } from '../tokens.js'
import { enqueueJob } from './enqueue.js'
import type { Tables } from './tables.js'

/** Stores jobs, but those whose tokens are known; nothing of them if one comes too late. */
export function enqueueJobs(tables: Tables, jobs: readonly NewJob[]): readonly Enqueued[] {
  const now = tables.clock.now()
  refuseLateTokens(jobs, now, (token) => tables.tokens.has(token))
  return jobs.map((job) => enqueueOnce(tables, job))
}

function enqueueOnce(tables: Tables, job: NewJob): Enqueued {
  const { token } = job
  if (token === undefined) return enqueueJob(tables, job)
  const known = tables.tokens.get(token.value)
  if (known !== undefined) return { id: known.job, answer: 'existing' }
  const enqueued = enqueueJob(tables, job)
  const keptUntil = tables.clock.now() + tokenKeptMs.others
  if (enqueued.answer !== 'refused') tables.tokens.set(token.value, { job: enqueued.id, keptUntil })
  return enqueued
}

export function forgetTokens(tables: Tables, tokens: readonly string[]): void {
  const keptUntil = tables.clock.now() + tokenKeptMs.forgotten
  for (const token of tokens) {
    const known = tables.tokens.get(token)
    if (known !== undefined) tables.tokens.set(token, { ...known, keptUntil })
  }
}

/** Removes at most `limit` tokens whose time is over; answers how many. */
export function pruneTokens(tables: Tables, limit: number): number {
  const now = tables.clock.now()
  const over = [...tables.tokens].filter(([, { keptUntil }]) => keptUntil <= now)
  const removed = over.toSorted(([, a], [, b]) => a.keptUntil - b.keptUntil).slice(0, limit)
  for (const [token] of removed) tables.tokens.delete(token)
  return removed.length
}
