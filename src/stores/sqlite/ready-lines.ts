import type { Statements } from './statements.js'

/** The ready jobs of one queue, task and priority: in order of arrival. */
export interface ReadyLine {
  readonly queue: number
  readonly task: number
  readonly rank: number
}

/** Every line that has jobs, of one queue or task if it is named. Their number counts here, not that of their jobs. */
export function readyLines(
  statements: Statements,
  { queue = null, task = null }: { readonly queue?: string | null; readonly task?: string | null },
): readonly ReadyLine[] {
  const rows = statements.backlogsOf.all({ queue, task }) as Omit<ReadyLine, 'rank'>[]
  return rows.flatMap((row) => ranksOf(statements, row).map((rank) => ({ ...row, rank })))
}

const belowAll = -1_000

function ranksOf(statements: Statements, { queue, task }: Omit<ReadyLine, 'rank'>): readonly number[] {
  const ranks: number[] = []
  const next = (after: number) => statements.nextRank.get(queue, task, after) as { readonly rank: number } | undefined
  for (let row = next(belowAll); row !== undefined; row = next(row.rank)) ranks.push(row.rank)
  return ranks
}
