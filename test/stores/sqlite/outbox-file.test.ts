import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { outboxText } from '../../../src/domain/outbox-job.js'
import { systemClock } from '../../../src/engine/clock.js'
import type { OutboxFile } from '../../../src/stores/outbox.js'
import { insertOutboxRow, outboxTable } from '../../../src/stores/outbox-table.js'
import { openOutboxFile } from '../../../src/stores/sqlite/outbox-file.js'
import { temporaryFolder } from '../../support/folder.js'
import { newJob } from '../../support/job.js'

const folder = temporaryFolder()
const toClose: (() => unknown)[] = []

afterEach(async () => {
  for (const close of toClose.splice(0)) await close()
  folder.remove()
})

const path = () => {
  mkdirSync(folder.path, { recursive: true })
  return join(folder.path, 'app.db')
}
function application(mode = 'wal'): Database.Database {
  const db = new Database(path())
  toClose.push(() => db.close())
  db.exec(`PRAGMA journal_mode = ${mode}`)
  return db
}
function outbox(): OutboxFile {
  const file = openOutboxFile(path(), 'mine', systemClock)
  toClose.push(() => file.close())
  return file
}
const job = newJob({ dueAt: 1, key: { name: 'k', policy: 'replace', forMs: 5 }, timeoutMs: 100 })
function add(db: Database.Database, token: string, text = outboxText(job), store: string | null = 'mine'): void {
  db.exec(outboxTable)
  db.prepare(insertOutboxRow).run(token, text, 1, store)
}
const tokens = async (file: OutboxFile) => (await file.rows(100)).map(({ token }) => token)

test('A row has the whole job.', async () => {
  add(application(), 'a')
  expect(await outbox().rows(10)).toEqual([{ id: 1, token: 'a', job }])
})

test('Rows come in their order, at most so many; removed ones do not come again.', async () => {
  const db = application()
  for (const token of ['c', 'a', 'b']) add(db, token)
  const file = outbox()
  expect((await file.rows(2)).map(({ token }) => token)).toEqual(['c', 'a'])
  await file.remove(['c', 'b', 'unknown'])
  expect(await tokens(file)).toEqual(['a'])
})

test('A row that is not committed is not there, and holds nobody up.', async () => {
  const db = application()
  add(db, 'a')
  db.exec('BEGIN')
  add(db, 'b')
  const file = outbox()
  const reading = tokens(file)
  db.exec('ROLLBACK')
  expect(await reading).toEqual(['a'])
})

test('Without a file or a table there are no rows, and nothing is made.', async () => {
  const file = outbox()
  expect(await file.rows(10)).toEqual([])
  await file.remove(['a'])
  const db = application()
  expect(await file.rows(10)).toEqual([])
  await file.remove(['a'])
  expect(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0)
})

test('A file that is removed and made anew, or replaced, is the outbox then.', async () => {
  const first = new Database(path())
  add(first, 'a')
  first.close()
  const file = outbox()
  expect(await tokens(file)).toEqual(['a'])
  rmSync(path())
  expect(await tokens(file)).toEqual([])
  const second = new Database(`${path()}-new`)
  add(second, 'b')
  second.close()
  renameSync(`${path()}-new`, path())
  await file.remove(['a'])
  expect(await tokens(file)).toEqual(['b'])
})

test.each(['wal', 'delete'])(
  'In journal mode %s a lock of the application is waited for, and nothing else waits.',
  async (mode) => {
    const db = application(mode)
    add(db, 'a')
    const file = outbox()
    db.exec('BEGIN EXCLUSIVE')
    let isDone = false
    const done = file.remove(['a']).then(() => {
      isDone = true
    })
    for (let turn = 0; turn < 5; turn++) await systemClock.sleep(10)
    expect(isDone).toBe(false)
    db.exec('COMMIT')
    await done
    expect(await tokens(file)).toEqual([])
  },
)

test.each([
  ['that is no text', Buffer.from('a')],
  ['that is not UTF-8', null],
  ['that is empty', ''],
])('A row with a token %s is set aside by its id, and does not hold up others.', async (_, token) => {
  const db = application()
  db.exec(outboxTable)
  const text = outboxText(job)
  if (token === null)
    db.prepare("INSERT INTO offstage_outbox (token, job, created_at) VALUES (CAST(x'61ff' AS TEXT), ?, 1)").run(text)
  else db.prepare(insertOutboxRow).run(token, text, 1, null)
  add(db, 'good')
  const file = outbox()
  const why = 'token is no text of 1 to 200 ASCII characters that can be printed'
  const [bad] = await file.rows(10)
  expect(bad).toEqual({ id: 1, token: null, why })
  await file.setAside([{ id: 1, token: null, why }])
  expect(await tokens(file)).toEqual(['good'])
  expect(db.prepare('SELECT id FROM offstage_outbox WHERE why IS NOT NULL').pluck().all()).toEqual([1])
})

test('A row whose content throws anything is set aside for itself.', async () => {
  const db = application()
  add(db, 'a', '{"task":"t","argsJson":"[]","queue":{"toString":1,"valueOf":1}}')
  expect(await outbox().rows(10)).toEqual([{ id: 1, token: 'a', why: expect.stringMatching(/^it cannot be read/) }])
})

test('next() waits for a commit of others, not for own ones.', async () => {
  const db = application()
  add(db, 'a')
  const file = outbox()
  await file.next(60_000) // nothing was read yet
  await file.rows(10)
  await file.remove(['a'])
  let isDone = false
  const next = file.next(60_000).then(() => {
    isDone = true
  })
  for (let turn = 0; turn < 5; turn++) await systemClock.sleep(20)
  expect(isDone).toBe(false)
  add(db, 'b')
  await next
})

test('next() sees the file come, and ends with its time and with the file.', async () => {
  const file = outbox()
  await file.rows(10)
  await file.next(30)
  const coming = file.next(60_000)
  add(application(), 'a')
  await coming
  await file.rows(10)
  const last = file.next(60_000)
  await file.close()
  await last
})

test.each([
  ['{', 'it is no JSON object'],
  ['[]', 'it is no JSON object'],
  ['{}', 'task is no name of a task'],
  [outboxText({ ...job, task: 'shell', argsJson: '["rm -rf /"]' }), 'a row cannot become a job of shell'],
  [outboxText({ ...job, task: 'offstage.notify' }), 'a row cannot become a job of offstage.notify'],
  [outboxText({ ...job, argsJson: '{}' }), 'argsJson is no JSON array'],
  [outboxText({ ...job, argsJson: '[' }), 'argsJson is no JSON array'],
  [outboxText({ ...job, priority: 1_000 }), 'priority: 1000 is not a whole number from -100 to 100'],
  [outboxText({ ...job, dueAt: Number.NaN, timeoutMs: -1 }), /^timeoutMs: -1 is not a duration/],
  ['{"task":"t","argsJson":"[]","dueAt":1.5}', 'dueAt is no time in milliseconds'],
  ['{"task":"t","argsJson":"[]","backoff":5}', 'backoff.initialDelayMs is no number of milliseconds'],
  [
    '{"task":"t","argsJson":"[]","key":{"name":"offstage:notify:1","policy":"skip","forMs":0}}',
    /^key: keys that begin/,
  ],
  ['{"task":"t","argsJson":"[]","key":5}', 'key.policy is no policy'],
])(
  'A row with %s cannot become a job: it comes with the reason, and not again when it was set aside.',
  async (text, why) => {
    const db = application()
    add(db, 'bad', text)
    add(db, 'good')
    const file = outbox()
    const reason = typeof why === 'string' ? why : expect.stringMatching(why)
    expect(await file.rows(10)).toEqual([
      { id: 1, token: 'bad', why: reason },
      { id: 2, token: 'good', job },
    ])
    await file.setAside([{ id: 1, token: 'bad', why: 'no' }])
    expect(await tokens(file)).toEqual(['good'])
    expect(db.prepare('SELECT why FROM offstage_outbox WHERE token = ?').pluck().get('bad')).toBe('no')
  },
)

test('What a row leaves out has its default, as a row of another version may.', async () => {
  add(application(), 'a', '{"task":"t","argsJson":"[1]","dueAt":7,"new":true,"reservedFor":"w1","trace":"x"}')
  const [row] = await outbox().rows(1)
  const defaults = { queue: 'default', priority: 0, expiresAt: null, maxRetries: 3, backoff: null, timeoutMs: 900_000 }
  expect(row).toMatchObject({
    job: {
      task: 't',
      argsJson: '[1]',
      dueAt: 7,
      ...defaults,
      key: null,
      reservedFor: null,
      lostWithWorker: false,
      trace: null,
    },
  })
})

test('A table of that name with other columns is reported.', async () => {
  const db = application()
  db.exec('CREATE TABLE offstage_outbox (id)')
  const file = outbox()
  await expect(file.rows(1)).rejects.toMatchObject({
    code: 'E_OUTBOX_UNAVAILABLE',
    message: expect.stringContaining('the table offstage_outbox is not as it was made'),
  })
})

test('A file that is no database is reported.', async () => {
  const file = outbox()
  writeFileSync(path(), 'This is no database, however long the text in it may be.'.repeat(100))
  await expect(file.rows(1)).rejects.toMatchObject({
    code: 'E_OUTBOX_UNAVAILABLE',
    message: `outbox ${path()}: it is no SQLite database (SQLITE_NOTADB)`,
  })
})

test('Closing waits for what was asked before, and refuses what comes later.', async () => {
  const db = application()
  add(db, 'a')
  const file = outbox()
  const removing = file.remove(['a'])
  await file.close()
  await removing
  expect(db.prepare('SELECT count(*) FROM offstage_outbox').pluck().get()).toBe(0)
  await expect(file.rows(1)).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
})

test('Rows for another store are left to it, and are counted once they are old.', async () => {
  const db = application()
  add(db, 'mine')
  add(db, 'theirs', outboxText(job), 'theirs')
  add(db, 'of nobody', outboxText(job), null)
  const file = outbox()
  expect(await tokens(file)).toEqual(['mine', 'of nobody'])
  expect([await file.ofOthers(1), await file.ofOthers(2)]).toEqual([0, 1])
})
