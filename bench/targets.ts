/** What each engine figure is held against, and the share of the raw floor that it is meant to reach. */
export interface Comparison {
  readonly id: string
  readonly singly: string
  readonly batched: string
  readonly target: { readonly of: 'singly' | 'batched'; readonly ratio: number }
}

const insert = { singly: 'raw.insert.1', batched: 'raw.insert.1000' } as const
const complete = { singly: 'raw.complete.1', batched: 'raw.complete.1000' } as const

export const comparisons: readonly Comparison[] = [
  { id: 'engine.enqueue.singly', ...insert, target: { of: 'singly', ratio: 0.9 } },
  { id: 'engine.enqueue.in-flight', ...insert, target: { of: 'batched', ratio: 0.35 } },
  { id: 'engine.enqueue.bulk', ...insert, target: { of: 'batched', ratio: 0.6 } },
  { id: 'engine.drain.1', ...complete, target: { of: 'batched', ratio: 0.1 } },
  { id: 'engine.drain.10', ...complete, target: { of: 'batched', ratio: 0.3 } },
  { id: 'engine.drain.100', ...complete, target: { of: 'batched', ratio: 0.45 } },
]
