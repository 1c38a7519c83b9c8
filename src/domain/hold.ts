/** What other programs on a store have set that keeps every worker of Offstage from a waiting job. */
export type Hold =
  /** It waits for jobs below it in a flow. */
  | { readonly kind: 'children'; readonly count: number }
  /** A job scheduler of BullMQ has added it: only workers of BullMQ add its next one. */
  | { readonly kind: 'scheduler'; readonly name: string }
  /** So many jobs of its queue run, and no more may. */
  | { readonly kind: 'concurrency'; readonly most: number }
  /** So many jobs of its queue have started within this time, and no more may. */
  | { readonly kind: 'rate'; readonly most: number; readonly perMs: number }
