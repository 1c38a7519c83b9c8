import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { createEngine } from '../../src/index.js'
import { temporaryFolder } from '../support/folder.js'
import { storeUrlIn } from '../support/tested-store.js'

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
const hello = (order: number) => order
async function newEngine() {
  const engine = await createEngine({
    store: storeUrlIn(folder.path, `jobs${count}`),
    tasks: { hello },
    outbox: path('app.db'),
  })
  toClose.push(() => engine.close())
  return engine
}
function opened<Db extends { close(): unknown }>(db: Db): Db {
  toClose.push(() => db.close())
  return db
}

const drivers = {
  'better-sqlite3, as it is': () => new BetterSqlite(path('app.db')),
  'node:sqlite, with a timeout': () => new DatabaseSync(path('app.db'), { timeout: 5_000 }),
}

test.each(Object.entries(drivers).flatMap(([name, open]) => ['wal', 'delete'].map((mode) => ({ name, open, mode }))))(
  'In journal mode $mode no transaction of $name that begins with BEGIN IMMEDIATE fails while rows are moved.',
  { timeout: 60_000 },
  async ({ open, mode }) => {
    const db = opened(open())
    db.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE orders (id INTEGER PRIMARY KEY)`)
    const engine = await newEngine()
    for (let order = 1; order <= 300; order++) {
      db.exec('BEGIN IMMEDIATE')
      db.prepare('SELECT count(*) FROM orders').get()
      db.exec('INSERT INTO orders DEFAULT VALUES')
      engine.enqueueIn(db, hello, [order])
      db.exec('COMMIT')
      if (order % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5)) // the engine moves rows
    }
    await expect.poll(async () => (await engine.jobs({ limit: 1_000 })).length, { timeout: 30_000 }).toBe(300)
  },
)

test('A connection without a busy timeout is warned of, once for its file.', async () => {
  const warnings: string[] = []
  const listen = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`)
  process.on('warning', listen)
  toClose.push(() => process.off('warning', listen))
  const engine = await newEngine()
  const patient = opened(new DatabaseSync(path('app.db')))
  patient.exec('PRAGMA busy_timeout = 100')
  for (const db of [opened(new BetterSqlite(path('app.db'))), patient]) engine.enqueueIn(db, hello, [1])
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings.filter((text) => text.startsWith('Offstage'))).toEqual([])
  for (let connection = 0; connection < 2; connection++) {
    const db = opened(new DatabaseSync(path('app.db'), { returnArrays: true, readBigInts: true }))
    try {
      engine.enqueueIn(db, hello, [2])
    } catch {} // the lock may be held just then
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings.filter((text) => text.startsWith('Offstage'))).toEqual([
    expect.stringMatching(
      /^OffstageWarning: outbox .*app\.db: a connection without a busy timeout fails with SQLITE_BUSY/,
    ),
  ])
})
