import { resolve } from 'node:path'
import type { Clock } from '../domain/clock.js'
import { UsageError } from '../domain/errors.js'
import { written } from '../domain/options.js'
import type { EnqueueOptions } from '../domain/request.js'
import { type OutboxService, outboxMover } from '../engine/services/outbox-mover.js'
import type { OutboxFile } from '../stores/outbox.js'
import type { Store } from '../stores/store.js'
import type { EngineOutbox } from './engine-parts.js'
import { enqueueIn, type OutboxPlace, type OutboxTask, type SqliteHandle } from './enqueue-in.js'
import { warningEvents } from './outbox-warnings.js'
import { warn } from './warn.js'

/** The outboxes of an engine. Their rows become jobs until `close`. */
export class Outboxes implements EngineOutbox {
  readonly #clock: Clock
  readonly #moved: readonly MovedFile[]
  readonly #place: OutboxPlace

  constructor(moved: readonly MovedFile[], store: string, clock: Clock) {
    this.#moved = moved
    this.#place = { files: moved.map(({ path }) => path), store }
    this.#clock = clock
  }

  enqueueIn(db: SqliteHandle, task: OutboxTask, argsJson: string, options: EnqueueOptions): void {
    enqueueIn(db, task, argsJson, options, this.#place, this.#clock)
    for (const { mover } of this.#moved) mover.expectRow()
  }

  async close(): Promise<void> {
    await Promise.all(this.#moved.map(({ mover }) => mover.stop()))
    await Promise.all(this.#moved.map(({ file }) => file.close()))
  }
}

interface MovedFile {
  readonly path: string
  readonly file: OutboxFile
  readonly mover: OutboxService
}

/** Opens each file by `open`, and starts to move its rows into the store. */
export async function openOutboxes(
  paths: readonly string[],
  store: Store,
  clock: Clock,
  open: (path: string, store: string) => Promise<OutboxFile>,
): Promise<Outboxes> {
  const identity = await store.identity()
  const opened = await Promise.all(paths.map(async (path) => ({ path, file: await open(path, identity) })))
  for (const { path, file } of opened) warnOfOthers(path, file, clock)
  const moved = opened.map(({ path, file }) => ({
    path,
    file,
    mover: outboxMover(path, file, store, clock, warningEvents()),
  }))
  for (const { mover } of moved) mover.start()
  return new Outboxes(moved, identity, clock)
}

// Those that another engine is about to move are younger.
const strandedMs = 60_000

/** Rows for a store that is gone would wait for ever without a word. */
function warnOfOthers(path: string, file: OutboxFile, clock: Clock): void {
  file.ofOthers(clock.now() - strandedMs).then(
    (count) => {
      if (count === 0) return
      warn(
        `outbox ${path}: ${count} of its rows wait for another store; if that one is gone, give them to this one: ` +
          'UPDATE offstage_outbox SET store = NULL',
      )
    },
    () => {}, // the mover tells of a file that cannot be read
  )
}

/** The paths of the option `outbox`, each once. `storePath`: the file of the store, if it has one. Throws UsageError. */
export function outboxPaths(option: unknown, storePath: string | null): readonly string[] {
  const given: readonly unknown[] = Array.isArray(option) ? option : option === undefined ? [] : [option]
  const paths = given.map((path) => {
    if (typeof path === 'string' && path !== '' && path !== ':memory:') return resolve(path)
    throw new UsageError('E_OUTBOX', `outbox: ${written(path)} is no path of a SQLite file`, "write outbox: './app.db'")
  })
  if (storePath !== null && paths.includes(resolve(storePath))) {
    throw new UsageError(
      'E_OUTBOX',
      `outbox: ${storePath} is the file of the store`,
      'name the file that your application writes to',
    )
  }
  return [...new Set(paths)]
}
