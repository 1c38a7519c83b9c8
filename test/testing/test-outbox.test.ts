import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestEngine } from '../../src/testing/create-test-engine.js'

const hello = (name: string) => `hello ${name}`

async function newEngine() {
  const engine = await createTestEngine({ tasks: { hello } })
  onTestFinished(() => engine.close())
  const args = () => engine.jobsFor(hello).map((job) => job.args[0])
  return { engine, args }
}

describe.each([
  ['better-sqlite3', () => new BetterSqlite(':memory:')],
  ['node:sqlite', () => new DatabaseSync(':memory:')],
  ['node:sqlite, with arrays', () => new DatabaseSync(':memory:', { returnArrays: true })],
])('on a connection of %s', (_, open) => {
  test('enqueueIn() makes a job when the transaction commits, and none when it is rolled back.', async () => {
    const db = open()
    const { engine, args } = await newEngine()
    db.exec('BEGIN')
    engine.enqueueIn(db, hello, ['a'])
    expect(args()).toEqual([])
    db.exec('ROLLBACK')
    expect(args()).toEqual([])
    db.exec('BEGIN')
    engine.enqueueIn(db, hello, ['b'], { priority: -5 })
    db.exec('COMMIT')
    engine.enqueueIn(db, 'hello', ['c'])
    expect(args()).toEqual(['b', 'c'])
    expect(args()).toEqual(['b', 'c'])
    engine.enqueueIn(db, hello, ['d'], { delay: '1h' })
    await engine.drain()
    expect(engine.jobsFor(hello).map(({ state, result }) => [state, result])).toEqual([
      ['completed', 'hello b'],
      ['completed', 'hello c'],
      ['scheduled', null],
    ])
    db.close()
    await engine.advance('1h')
    expect(engine.jobsFor(hello)[2]).toMatchObject({ state: 'completed', result: 'hello d' })
  })
})

test('What a job writes in a transaction is a job at that time.', async () => {
  const db = new BetterSqlite(':memory:')
  const child = () => {}
  const parent = (): void => engine.enqueueIn(db, child, [])
  const engine = await createTestEngine({ tasks: { parent, child }, now: 0 })
  onTestFinished(() => engine.close())
  await engine.enqueue(parent, [], { delay: '1m' })
  await engine.advance('1h')
  expect(engine.jobsFor(child)).toMatchObject([{ state: 'completed', createdAt: new Date(60_000) }])
})
