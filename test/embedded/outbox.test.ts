import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { createEngine, type Engine } from '../../src/index.js'
import { temporaryFolder } from '../support/folder.js'
import { storeUrlIn } from '../support/tested-store.js'

const folder = temporaryFolder()
const toClose: (() => unknown)[] = []
let count = 0

afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
  folder.remove()
})

const double = (value: number) => value * 2
const named = (name: string) => name

async function newEngine(outbox: string | readonly string[], store = storeUrlIn(folder.path, `${++count}`)) {
  const engine = await createEngine({ store, tasks: { double, named }, outbox })
  toClose.push(() => engine.close())
  return engine
}

/** Resolves with the jobs, newest first, as soon as there are so many. */
async function jobsOf(engine: Pick<Engine, 'jobs'>, wanted: number) {
  for (;;) {
    const jobs = await engine.jobs()
    if (jobs.length >= wanted) return jobs
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const drivers = {
  'better-sqlite3': (path: string) => {
    const db = new BetterSqlite(path)
    return { db, close: () => db.close() }
  },
  'node:sqlite': (path: string) => {
    const db = new DatabaseSync(path, { timeout: 5_000 })
    return { db, close: () => db.close() }
  },
}

describe.each(Object.entries(drivers))('%s', (_, open) => {
  describe.each(['delete', 'wal'])('in journal mode %s', (mode) => {
    function application(name: string) {
      const path = join(folder.path, name)
      mkdirSync(folder.path, { recursive: true })
      const { db, close } = open(path)
      toClose.push(close)
      db.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE orders (id INTEGER PRIMARY KEY)`)
      return { path, db }
    }

    test('The job exists if the transaction commits, and not if it is rolled back.', async () => {
      const { path, db } = application('a.db')
      const engine = await newEngine(path)
      db.exec('BEGIN; INSERT INTO orders DEFAULT VALUES')
      engine.enqueueIn(db, double, [1])
      db.exec('ROLLBACK')
      db.exec('BEGIN; INSERT INTO orders DEFAULT VALUES')
      engine.enqueueIn(db, 'named', ['x'], { queue: 'mail', priority: 3, key: 'order-1', retries: 7, delay: '1h' })
      db.exec('COMMIT')
      engine.enqueueIn(db, double, [3]) // a transaction of its own
      const jobs = await jobsOf(engine, 2)
      expect(jobs).toMatchObject([
        { id: 'j2', task: 'double', args: [3], state: 'queued' },
        { id: 'j1', task: 'named', args: ['x'], queue: 'mail', priority: 3, key: 'order-1', maxRetries: 7 },
      ])
      expect(jobs[1]?.state).toBe('scheduled')
    })

    test('A row of a savepoint that is rolled back becomes no job; the others do.', async () => {
      const { path, db } = application('a.db')
      const engine = await newEngine(path)
      db.exec('BEGIN')
      engine.enqueueIn(db, double, [1])
      db.exec('SAVEPOINT one')
      engine.enqueueIn(db, double, [2])
      db.exec('ROLLBACK TO one; RELEASE one; SAVEPOINT two')
      engine.enqueueIn(db, double, [3])
      db.exec('RELEASE two; COMMIT')
      const jobs = await jobsOf(engine, 2)
      expect(jobs.map(({ args }) => args)).toEqual([[3], [1]])
    })

    test('Nothing stays in the outbox.', async () => {
      const { path, db } = application('a.db')
      const engine = await newEngine(path)
      for (let index = 0; index < 250; index++) {
        if (index % 50 === 0) db.exec('BEGIN')
        engine.enqueueIn(db, double, [index])
        if (index % 50 === 49) db.exec('COMMIT')
      }
      await jobsOf(engine, 50)
      const rows = () => db.prepare('SELECT count(*) AS rows FROM offstage_outbox').get() as { readonly rows: number }
      while (rows().rows > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      expect((await engine.jobs({ limit: 1_000 })).map(({ args }) => args[0]).reverse()).toEqual(
        Array.from({ length: 250 }, (_unused, index) => index),
      )
    })
  })
})

test('Engines of different stores each get their own rows of one outbox.', async () => {
  const path = join(folder.path, 'shared.db')
  mkdirSync(folder.path, { recursive: true })
  const db = new BetterSqlite(path)
  toClose.push(() => db.close())
  const [first, second] = [await newEngine(path), await newEngine(path)]
  for (let index = 0; index < 40; index++) (index % 2 === 0 ? first : second).enqueueIn(db, double, [index])
  const args = async (engine: Pick<Engine, 'jobs'>) => (await jobsOf(engine, 20)).map((job) => job.args[0]).reverse()
  expect(await args(first)).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index))
  expect(await args(second)).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index + 1))
})
