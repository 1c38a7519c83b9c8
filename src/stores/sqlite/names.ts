import type { NewJob } from '../../domain/job.js'
import type { Backoff } from '../../domain/retry.js'
import type { Statements } from './statements.js'

/** What the jobs of a task have in common. */
export interface Kind {
  readonly task: number
  readonly maxRetries: number
  readonly timeoutMs: number | null
  readonly backoff: Backoff | null
}

/**
 * The numbers that stand for queues, tasks and kinds of jobs in the file. They are never taken back, so they are kept in
 * memory too; but what a transaction has read or written is known for good only once it is committed.
 */
export class Names {
  readonly #statements: Statements
  readonly #queueIds = new Known<string, number>()
  readonly #queueNames = new Known<number, string>()
  readonly #taskIds = new Known<string, number>()
  readonly #taskNames = new Known<number, string>()
  readonly #kindIds = new Known<string, number>()
  readonly #kinds = new Known<number, Kind>()
  readonly #all = [
    this.#queueIds,
    this.#queueNames,
    this.#taskIds,
    this.#taskNames,
    this.#kindIds,
    this.#kinds,
  ] as const
  /** Jobs of one kind come in a row. */
  #last: { readonly job: NewJob; readonly kind: number } | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was read or written since the last commit may not be so. */
  begin(): void {
    for (const known of this.#all) known.forget()
    this.#last = null
  }

  committed(): void {
    for (const known of this.#all) known.keep()
  }

  /** The number of a queue, which gets one if it has none. */
  queue(name: string): number {
    return this.#queueIds.get(name) ?? this.#queueIds.add(name, this.#findQueue(name))
  }

  queueName(id: number): string {
    return this.#queueNames.get(id) ?? this.#queueNames.add(id, nameOf(this.#statements.queueName.get(id)))
  }

  /** The number of a task, which gets one if it has none. */
  task(name: string): number {
    return this.#taskIds.get(name) ?? this.#taskIds.add(name, this.#findTask(name))
  }

  taskName(id: number): string {
    return this.#taskNames.get(id) ?? this.#taskNames.add(id, nameOf(this.#statements.taskName.get(id)))
  }

  /** The number of the kind of a job, which gets one if it has none. */
  kind(job: NewJob): number {
    const last = this.#last
    if (last !== null && isSameKind(last.job, job)) return last.kind
    const backoff = job.backoff === null ? null : JSON.stringify(job.backoff)
    const key = `${job.maxRetries} ${job.timeoutMs} ${backoff} ${job.task}`
    const kind = this.#kindIds.get(key) ?? this.#kindIds.add(key, this.#findKind(job, backoff))
    this.#last = { job, kind }
    return kind
  }

  kindOf(id: number): Kind {
    return this.#kinds.get(id) ?? this.#kinds.add(id, this.#readKind(id))
  }

  #findQueue(name: string): number {
    const { queueId, addQueue } = this.#statements
    return idOf(queueId.get(name)) ?? Number(addQueue.run(name).lastInsertRowid)
  }

  #findTask(name: string): number {
    const { taskId, addTask } = this.#statements
    return idOf(taskId.get(name)) ?? Number(addTask.run(name).lastInsertRowid)
  }

  #findKind(job: NewJob, backoff: string | null): number {
    const values = [this.task(job.task), job.maxRetries, job.timeoutMs, backoff]
    const { kindId, addKind } = this.#statements
    return idOf(kindId.get(values)) ?? Number(addKind.run(values).lastInsertRowid)
  }

  #readKind(id: number): Kind {
    const row = this.#statements.kind.get(id) as Omit<Kind, 'backoff'> & { readonly backoff: string | null }
    return { ...row, backoff: row.backoff === null ? null : (JSON.parse(row.backoff) as Backoff) }
  }
}

function isSameKind(a: NewJob, b: NewJob): boolean {
  return a.task === b.task && a.maxRetries === b.maxRetries && a.timeoutMs === b.timeoutMs && a.backoff === b.backoff
}

function idOf(row: unknown): number | null {
  return (row as { readonly id: number } | undefined)?.id ?? null
}

function nameOf(row: unknown): string {
  return (row as { readonly name: string }).name
}

/** What was found, apart from what was found since the last commit. */
class Known<K, V> {
  readonly #kept = new Map<K, V>()
  readonly #new = new Map<K, V>()

  get(key: K): V | undefined {
    return this.#kept.get(key) ?? this.#new.get(key)
  }

  add(key: K, found: V): V {
    this.#new.set(key, found)
    return found
  }

  forget(): void {
    if (this.#new.size > 0) this.#new.clear()
  }

  keep(): void {
    if (this.#new.size === 0) return
    for (const [key, value] of this.#new) this.#kept.set(key, value)
    this.#new.clear()
  }
}
