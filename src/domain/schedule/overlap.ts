import type { JobId } from '../job.js'
import { maxWaiting, type Overlap } from './schedule.js'

/** What to do with a slot that is due while jobs of earlier slots have not ended. */
export type OverlapVerdict =
  | { readonly do: 'fire'; readonly cancel: readonly JobId[] }
  | { readonly do: 'wait'; readonly reason: string }
  | { readonly do: 'skip'; readonly reason: string }

/** `unended` are the jobs of earlier slots that have not ended, `waiting` is how many slots wait already. */
export function judgeOverlap(overlap: Overlap, unended: readonly JobId[], waiting: number): OverlapVerdict {
  const [first] = unended
  if (overlap === 'allow' || (first === undefined && waiting === 0)) return { do: 'fire', cancel: [] }
  if (overlap === 'replace') return { do: 'fire', cancel: unended }
  const before = first === undefined ? 'an earlier slot waits' : `${first} has not ended`
  if (overlap === 'skip') return { do: 'skip', reason: before }
  if (waiting < maxWaiting) return { do: 'wait', reason: before }
  return { do: 'skip', reason: `${before}, and ${maxWaiting} slots wait for it` }
}
