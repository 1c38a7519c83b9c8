import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { SqliteHandle } from '../../src/embedded/outbox-handle.js'
import { createEngine, enqueueIn, task } from '../../src/index.js'
import { temporaryFolder } from '../support/folder.js'
import { sqliteOnly, storeUrlIn } from '../support/tested-store.js'

const folder = temporaryFolder()
const toClose: (() => unknown)[] = []
let count = 0

afterEach(async () => {
  for (const close of toClose.splice(0)) await close()
  folder.remove()
  count++
})

const path = (name: string) => {
  mkdirSync(folder.path, { recursive: true })
  return join(folder.path, name)
}
const hello = (name: string) => name
const digest = task({ schema: z.object({ user: z.string() }) }, ({ user }) => user)
const later = task({ schema: z.string().refine(async () => true) }, (text) => text)
const stranger = () => {}

async function newEngine(outbox: string | readonly string[] | undefined = path('app.db')) {
  const store = storeUrlIn(folder.path, `jobs${count}`)
  const engine = await createEngine({ store, tasks: { hello, digest, later }, ...(outbox !== '' && { outbox }) })
  toClose.push(() => engine.close())
  return engine
}
function application(options: BetterSqlite.Options = {}) {
  const db = new BetterSqlite(path('app.db'), options)
  toClose.push(() => db.close())
  return db
}
const refusal = (message: string) =>
  expect.objectContaining({ code: 'E_OUTBOX', message: expect.stringContaining(message) })

test('Rows of a transaction() of better-sqlite3 go with it, the table too if the transaction had made it.', async () => {
  const db = application()
  const engine = await newEngine()
  const place = db.transaction((fails: boolean) => {
    engine.enqueueIn(db, hello, ['x'])
    if (fails) throw new Error('no')
  })
  expect(() => place(true)).toThrow('no')
  expect(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0)
  place(false)
  await expect.poll(() => engine.jobs()).toMatchObject([{ task: 'hello', args: ['x'] }])
})

test('A connection whose rows are arrays or big integers takes rows too.', async () => {
  const db = new DatabaseSync(path('app.db'), { readBigInts: true, returnArrays: true, timeout: 5_000 })
  toClose.push(() => db.close())
  const other = application()
  other.defaultSafeIntegers()
  const engine = await newEngine()
  engine.enqueueIn(db, hello, ['x'])
  engine.enqueueIn(other, hello, ['y'])
  await expect.poll(async () => (await engine.jobs()).map(({ args }) => args[0])).toEqual(['y', 'x'])
})

test('A file that is in the outbox by another path is the same file.', async () => {
  const db = application()
  const engine = await newEngine([
    path('other.db'),
    join(folder.path, '..', folder.path.split('/').at(-1) ?? '', 'app.db'),
  ])
  engine.enqueueIn(db, 'hello', ['x'])
  await expect.poll(() => engine.jobs()).toHaveLength(1)
})

test('The key skips a job that an older one holds up, as in enqueue().', async () => {
  const db = application()
  const engine = await newEngine()
  for (const name of ['a', 'b']) engine.enqueueIn(db, hello, [name], { key: 'k' })
  const rows = () => db.prepare('SELECT count(*) FROM offstage_outbox').pluck().get()
  await expect.poll(rows).toBe(0)
  expect(await engine.jobs()).toMatchObject([{ args: ['a'], key: 'k' }])
})

test('What enqueue() refuses is refused at once, and no row is written.', async () => {
  const db = application()
  const engine = await newEngine()
  const rows = () => db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'offstage_outbox'`).pluck().get()
  const code = (name: string) => expect.objectContaining({ code: name })
  expect(() => engine.enqueueIn(db, stranger, [])).toThrow(code('E_UNREGISTERED'))
  expect(() => engine.enqueueIn(db, 'helo' as 'hello', ['x'])).toThrow(code('E_UNKNOWN_TASK'))
  expect(() => engine.enqueueIn(db, hello, [1n as never])).toThrow(code('E_NOT_JSON'))
  expect(() => engine.enqueueIn(db, hello, 'x' as never)).toThrow(code('E_ARGUMENTS'))
  expect(() => engine.enqueueIn(db, hello, ['x'], { prio: 1 } as never)).toThrow(code('E_OPTION'))
  expect(() => engine.enqueueIn(db, hello, ['x'], { priority: 101 })).toThrow(code('E_PRIORITY'))
  expect(() => engine.enqueueIn(db, digest, [{ user: 5 as never }])).toThrow(/digest: user: .*expected string/)
  expect(() => engine.enqueueIn(db, later, ['x'])).toThrow(refusal('the schema of later answers later'))
  expect(() => engine.enqueueIn(db, hello, ['x'], { key: 'k', onConflict: 'error' })).toThrow(
    refusal('onConflict "error"'),
  )
  expect(rows()).toBe(0)
  engine.enqueueIn(db, digest, [{ user: 'ann' }])
  expect(rows()).toBe(1)
})

test('A connection that cannot take the row in its transaction is refused, whatever is wrong with it.', async () => {
  application().exec('CREATE TABLE t (x)')
  const engine = await newEngine()
  const refuse = (db: unknown, message: string) =>
    expect(() => engine.enqueueIn(db as SqliteHandle, hello, ['x'])).toThrow(refusal(message))
  refuse(null, 'it is no database')
  refuse({}, 'it is no database')
  refuse(application({ readonly: true }), 'the database was opened read-only')
  const readOnly = new DatabaseSync(path('app.db'), { readOnly: true })
  toClose.push(() => readOnly.close())
  refuse(readOnly, 'the database was opened read-only')
  const closed = [new BetterSqlite(path('app.db')), new DatabaseSync(path('app.db'))]
  for (const db of closed) {
    db.close()
    refuse(db, 'the database is closed')
  }
  refuse(new BetterSqlite(':memory:'), 'the database is in memory')
  refuse(new DatabaseSync(':memory:'), 'the database is in memory')
  const other = new BetterSqlite(path('other.db'))
  toClose.push(() => other.close())
  refuse(other, `the engine does not move rows from ${path('other.db')}`)
  // As drivers with promises, and with callbacks, do.
  refuse(
    { exec: async () => {}, prepare: async () => ({ get: async () => ({}) }) },
    'it is no database that answers at once',
  )
  const chained = { get: () => chained, run: () => chained }
  refuse({ exec: () => chained, prepare: () => chained }, 'it is no database that answers at once')
})

test('What the driver throws comes through: the application handles it as it does for its other statements.', async () => {
  const engine = await newEngine()
  const db = application({ timeout: 1 })
  const other = application()
  other.exec('BEGIN IMMEDIATE')
  expect(() => engine.enqueueIn(db, hello, ['x'])).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }))
})

test('An engine without an outbox, and a closed one, take no rows.', async () => {
  const db = application()
  const engine = await newEngine('')
  expect(() => engine.enqueueIn(db, hello, ['x'])).toThrow(refusal('the engine has no outbox'))
  await engine.close()
  expect(() => engine.enqueueIn(db, hello, ['x'])).toThrow(expect.objectContaining({ code: 'E_STORE_CLOSED' }))
})

test.each([
  [5, 'outbox: 5 is no path of a SQLite file'],
  [[''], 'outbox: "" is no path of a SQLite file'],
  [':memory:', 'outbox: ":memory:" is no path of a SQLite file'],
])('The option outbox: %s is refused.', async (outbox, message) => {
  const options = { store: storeUrlIn(folder.path, `jobs${count}`), tasks: { hello }, outbox: outbox as string }
  await expect(createEngine(options)).rejects.toMatchObject({ code: 'E_OUTBOX', message })
})

sqliteOnly(test, 'Redis is no file')('The file of the store is no outbox.', async () => {
  await expect(newEngine(path(`jobs${count}.db`))).rejects.toThrow(refusal('is the file of the store'))
})

test('Rows that were written while no engine was there become jobs when one comes.', async () => {
  const db = application()
  const first = await newEngine()
  await first.close()
  const second = await newEngine()
  db.exec('BEGIN')
  second.enqueueIn(db, hello, ['x'])
  await second.close()
  db.exec('COMMIT')
  const third = await newEngine()
  await expect.poll(() => third.jobs()).toMatchObject([{ args: ['x'] }])
})

test('A function that one engine has needs no mention of the engine.', async () => {
  const db = application()
  expect(() => enqueueIn(db, digest, [{ user: 'ada' }])).toThrow(expect.objectContaining({ code: 'E_UNREGISTERED' }))
  const engine = await newEngine()
  db.transaction(() => enqueueIn(db, digest, [{ user: 'ada' }], { priority: 3 }))()
  await expect.poll(() => engine.jobs({ task: 'digest' }), { timeout: 10_000 }).toHaveLength(1)
  expect((await engine.jobs())[0]).toMatchObject({ args: [{ user: 'ada' }], priority: 3 })
})
