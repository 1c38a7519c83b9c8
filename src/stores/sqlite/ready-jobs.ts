import type Database from 'better-sqlite3'
import { type Statement, withHiddenValues } from './prepare.js'

/** A job that waits to be taken, in the order of the columns. */
export type ReadyRow = readonly [
  job: number,
  rank: number,
  attempt: number,
  since: number,
  queue: number,
  kind: number,
  args: string,
  slot: number | null,
  expiresAt: number | null,
  trace: string | null,
  key: string | null,
]

/** The columns of a `ReadyRow` out of such a table; the job's own row is read for those rows alone that are given out. */
export function readyColumns(table: string): string {
  const own = ['job', 'rank', 'attempt', 'since'].map((column) => `${table}.${column}`).join(', ')
  return `${own}, jobs.queue, jobs.kind, jobs.args, jobs.slot, jobs.expires_at, jobs.trace, jobs.unique_key
    FROM ${table} CROSS JOIN jobs ON jobs.id = ${table}.job`
}

const arm = `SELECT ${readyColumns('ready')} WHERE ready.queue = ? AND ready.task = ? AND (ready.rank, ready.job) > (?, ?)`

/** Of so many tasks of a queue the first jobs. Each task has its order in the table; SQLite merges them as it reads. */
export function firstReadyText(tasks: number): string {
  return withHiddenValues(`${Array(tasks).fill(arm).join('\nUNION ALL\n')}\nORDER BY 2, 1 LIMIT ?`)
}

/** Where a look at a line of jobs goes on. */
export type Position = readonly [rank: number, job: number]

// SQLite takes 500 at most.
const maxTasks = 100

/** Reads what waits, in order, without a look at jobs of other tasks: they cost nothing, however many they are. */
export class ReadyJobs {
  readonly #db: Database.Database
  /** By the number of tasks. */
  readonly #statements = new Map<number, Statement>()

  constructor(db: Database.Database) {
    this.#db = db
  }

  /** The first jobs of these tasks on a queue, after a position. */
  after(queue: number, tasks: readonly number[], [rank, job]: Position, limit: number): readonly ReadyRow[] {
    if (tasks.length > maxTasks) return this.#merged(queue, tasks, [rank, job], limit)
    const values = tasks.flatMap((task) => [queue, task, rank, job])
    return this.#statement(tasks.length).all(...values, limit) as ReadyRow[]
  }

  #merged(queue: number, tasks: readonly number[], position: Position, limit: number): readonly ReadyRow[] {
    const found: ReadyRow[] = []
    for (let first = 0; first < tasks.length; first += maxTasks) {
      found.push(...this.after(queue, tasks.slice(first, first + maxTasks), position, limit))
    }
    return found.sort((a, b) => a[1] - b[1] || a[0] - b[0]).slice(0, limit)
  }

  #statement(tasks: number): Statement {
    const known = this.#statements.get(tasks)
    if (known !== undefined) return known
    const statement = this.#db.prepare(firstReadyText(tasks)).raw()
    this.#statements.set(tasks, statement)
    return statement
  }
}
