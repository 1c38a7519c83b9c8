import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import { Counters } from './counters.js'
import { Names } from './names.js'
import { NewJobs } from './new-jobs.js'
import { Outage } from './outage.js'
import { prepareStatements, type Statements } from './statements.js'
import { Statistics } from './statistics.js'
import type { AroundWrites } from './write-queue.js'

/** What whoever writes needs, and what belongs to the transaction that is open. */
export class Writing {
  readonly statements: Statements
  readonly clock: Clock
  readonly names: Names
  readonly counters: Counters
  readonly statistics: Statistics
  readonly newJobs: NewJobs
  readonly #outage: Outage
  /** The jobs that failed for good in this transaction, and have no notification yet. */
  readonly failed: number[] = []

  constructor(db: Database.Database, clock: Clock) {
    this.statements = prepareStatements(db)
    this.clock = clock
    this.names = new Names(this.statements)
    this.counters = new Counters(this.statements)
    this.statistics = new Statistics(this.statements)
    this.newJobs = new NewJobs(this.statements)
    this.#outage = new Outage(this.statements, clock)
  }

  /** Of every transaction; `stored` is called once it is committed. */
  around(stored: () => void): AroundWrites {
    return {
      begin: () => {
        this.#outage.begin()
        this.names.begin()
        this.counters.begin()
        this.statistics.begin()
        this.newJobs.begin()
        this.failed.length = 0
      },
      end: () => this.write(),
      committed: () => {
        this.#outage.committed()
        this.names.committed()
        stored()
      },
      refused: (thrown) => this.#outage.refused(thrown),
    }
  }

  /** Writes what is written many at a time, for whoever comes next in the transaction and may look for it. */
  write(): void {
    this.newJobs.write()
    this.counters.write()
    this.statistics.write()
  }
}
