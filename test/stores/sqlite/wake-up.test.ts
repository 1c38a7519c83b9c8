import { rmSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { WakeUp } from '../../../src/stores/sqlite/wake-up.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { folderOfTest, openRaw } from './open.js'

// Nobody waits as long: a test that would, fails by its own time limit.
const forever = 3_600_000

/** A file in WAL mode, and connections to it as processes have them. */
function file() {
  const path = `${folderOfTest()}/jobs.db`
  const connect = () => {
    const db = openRaw(path)
    db.pragma('journal_mode = WAL')
    return db
  }
  const first = connect()
  first.exec('CREATE TABLE numbers (value INTEGER)')
  return { path, first, connect }
}

/** The wake-up of a connection. `looks` counts how often it looked for commits of others. */
function wakeUpOf(db: Database.Database, path: string, clock = movableClock()) {
  let looks = 0
  const counting = {
    get open() {
      return db.open
    },
    prepare: (sql: string) => {
      const statement = db.prepare(sql).pluck()
      return {
        pluck: () => ({
          get: () => {
            looks++
            return statement.get()
          },
        }),
      }
    },
  } as unknown as Database.Database
  const wakeUp = new WakeUp(counting, `${path}-shm`, clock)
  onTestFinished(() => wakeUp.close())
  const commit = () => {
    wakeUp.note()
    insert(db)
    wakeUp.committed()
  }
  return { wakeUp, clock, commit, looks: () => looks }
}

function insert(db: Database.Database): void {
  db.exec('INSERT INTO numbers VALUES (1)')
}

function waiting(wakeUp: WakeUp) {
  let isOver = false
  const done = wakeUp
    .changes()
    .next(forever)
    .then(() => {
      isOver = true
    })
  return { done, isOver: () => isOver }
}

/** By then the events of the file system have arrived. */
function someTime(): Promise<void> {
  return systemClock.sleep(50)
}

test('A commit of another process wakes by the file system alone, without a poll.', async () => {
  const { path, first, connect } = file()
  const [here, there] = [wakeUpOf(first, path), wakeUpOf(connect(), path)]
  const wait = waiting(here.wakeUp)
  there.commit()
  await wait.done
})

test('An own commit that nobody waits for costs no look.', async () => {
  const { path, first } = file()
  const { wakeUp, looks } = wakeUpOf(first, path)
  const wait = waiting(wakeUp)
  await someTime()
  const before = looks()
  insert(first) // as a claim: nobody waits for it
  await someTime()
  expect(looks()).toBe(before)
  expect(wait.isOver()).toBe(false)
})

test('A commit of another process in the moment of an own commit is found, whichever comes first.', async () => {
  const { path, first, connect } = file()
  const [here, there] = [wakeUpOf(first, path), wakeUpOf(connect(), path)]
  const orders = [
    () => [insert(first), there.commit()],
    () => [there.commit(), insert(first)],
    () => [insert(first), there.commit(), insert(first)],
  ]
  for (const inOrder of orders) {
    const wait = waiting(here.wakeUp)
    await someTime()
    inOrder()
    await wait.done
  }
})

test('What only the poll can find, a commit that nobody reports, is found within half a second.', async () => {
  const { path, first, connect } = file()
  const other = connect()
  const { wakeUp, clock } = wakeUpOf(first, path)
  const wait = waiting(wakeUp)
  // Of the write the file system reports before it can be seen, so the look that follows finds nothing.
  other.exec('BEGIN IMMEDIATE')
  insert(other)
  await someTime()
  other.exec('COMMIT')
  await clock.advance(500)
  await wait.done
})

test('Where nothing can be watched it polls every twenty milliseconds.', async () => {
  const { path, first, connect } = file()
  // The path of another file: it has no shared memory.
  const { wakeUp, clock, looks } = wakeUpOf(first, `${path}-none`)
  const wait = waiting(wakeUp)
  const before = looks()
  await clock.advance(200)
  expect(looks() - before).toBe(10)
  insert(connect())
  await clock.advance(20)
  await wait.done
})

test('However many wait, they share a poll, and none goes on when nobody waits.', async () => {
  const { path, first } = file()
  const { wakeUp, clock, looks } = wakeUpOf(first, path)
  const cancel = new AbortController()
  const waits = [1, 2, 3].map(() => wakeUp.changes().next(forever, cancel.signal))
  const before = looks()
  await clock.advance(1_000)
  expect(looks() - before).toBe(2)
  cancel.abort()
  await Promise.all(waits)
  const after = looks()
  await clock.advance(5_000)
  expect(looks()).toBe(after)
})

test('A commit after the watched file was removed is found by the poll.', async () => {
  const { path, first, connect } = file()
  const there = connect()
  const { wakeUp, clock } = wakeUpOf(first, path)
  const wait = waiting(wakeUp)
  await someTime()
  rmSync(`${path}-shm`)
  await someTime()
  insert(there)
  await clock.advance(500)
  await wait.done
})

test('What others do not wait for leaves the times of the file alone, and without it nothing fails.', () => {
  const { path, first } = file()
  const { wakeUp, clock, commit } = wakeUpOf(first, path)
  const touchedAt = () => statSync(`${path}-shm`).mtimeMs
  wakeUp.committed()
  expect(touchedAt()).not.toBe(clock.now())
  commit()
  expect(touchedAt()).toBe(clock.now())
  rmSync(`${path}-shm`)
  expect(commit).not.toThrow()
})
