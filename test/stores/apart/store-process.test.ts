import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreLostError, StoreUnavailableError } from '../../../src/domain/errors.js'
import { systemClock } from '../../../src/engine/clock.js'
import { ownProgram } from '../../../src/project/own-program.js'
import { openStoreIn } from '../../../src/stores/apart/store.js'
import { StoreProcess } from '../../../src/stores/apart/store-process.js'
import { openSqliteStore } from '../../../src/stores/sqlite/store.js'
import type { Store } from '../../../src/stores/store.js'
import { type TemporaryFolder, temporaryFolder } from '../../support/folder.js'
import { newJob } from '../../support/job.js'

// A test that would wait so long fails by its own limit.
const forever = 3_600_000

let folder: TemporaryFolder
let storeProcess: StoreProcess
const opened: Store[] = []

beforeEach(() => {
  folder = temporaryFolder()
  storeProcess = new StoreProcess(ownProgram('store-process'))
})

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  folder.remove()
})

const locationOf = (name: string) => ({ path: join(folder.path, name, 'jobs.db'), durability: 'relaxed' }) as const

async function open(name = 'store'): Promise<Store> {
  const store = await openStoreIn(storeProcess, locationOf(name), systemClock)
  opened.push(store)
  return store
}

/** Opens as this process would by itself. */
async function openHere(name = 'store'): Promise<Store> {
  const store = openSqliteStore(locationOf(name), systemClock)
  opened.push(store)
  return store
}

function pidOf(running: StoreProcess): number {
  if (running.pid === undefined) throw new Error('the store process does not run')
  return running.pid
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('Stores share one process, which ends with the last of them.', async () => {
  const [first, second] = await Promise.all([open('first'), open('second')])
  const pid = pidOf(storeProcess)
  expect(pid).not.toBe(process.pid)
  await first.enqueue([newJob(), newJob()])
  expect(await second.unfinished(null)).toBe(false)
  await first.close()
  expect(isAlive(pid)).toBe(true)
  await second.close()
  expect(isAlive(pid)).toBe(false)
  expect(storeProcess.pid).toBe(undefined)
})

test('It can be opened again after the last was closed, also while that is being closed.', async () => {
  const first = await open()
  await first.enqueue([newJob()])
  const [second] = await Promise.all([open(), first.close()])
  expect(await second.job('j1')).toMatchObject({ id: 'j1', state: 'queued' })
})

test('Closing waits for earlier calls; later ones are refused; a second close does nothing.', async () => {
  const store = await open()
  const enqueued = store.enqueue([newJob()])
  const closed = store.close()
  const late = store.enqueue([newJob()])
  await expect(late).rejects.toThrow(
    new StoreLostError('E_STORE_CLOSED', `store ${locationOf('store').path}: it was closed`),
  )
  await closed
  expect(await enqueued).toEqual([{ id: 'j1', answer: 'created' }])
  await store.close()
  await store.changes().next(forever)
  expect(storeProcess.pid).toBe(undefined)
})

test('Many answers at once do not hold up the event loop: the rest of the process has its turns between them.', async () => {
  const store = await open()
  let turn = 0
  let counting = true
  const count = () => {
    turn++
    if (counting) setImmediate(count)
  }
  const turns = new Map<number, number>()
  const calls = Array.from({ length: 160 }, async () => {
    await store.enqueue([newJob()])
    turns.set(turn, (turns.get(turn) ?? 0) + 1)
  })
  count()
  await Promise.all(calls)
  counting = false
  expect([...turns.values()].reduce((sum, answers) => sum + answers, 0)).toBe(160)
  expect(Math.max(...turns.values())).toBeLessThanOrEqual(32) // of two turns, if the count comes later in one
})

test('A file that cannot be opened is refused as in this process, and leaves no process behind.', async () => {
  mkdirSync(join(folder.path, 'folder', 'jobs.db'), { recursive: true })
  mkdirSync(join(folder.path, 'text'))
  writeFileSync(
    join(folder.path, 'text', 'jobs.db'),
    'some text that is no database, and long enough to be read as one. '.repeat(99),
  )
  for (const name of ['folder', 'text']) {
    const here = await openHere(name).catch((thrown: unknown) => thrown)
    const apart = await open(name).catch((thrown: unknown) => thrown)
    expect(here).toBeInstanceOf(StoreUnavailableError)
    expect(apart).toBeInstanceOf(StoreUnavailableError)
    const { name: kind, code, message, hint } = here as StoreUnavailableError
    expect(apart).toMatchObject({ name: kind, code, message, hint })
  }
  expect(storeProcess.pid).toBe(undefined)
})

test('Its files are for their owner alone.', async () => {
  await open()
  for (const end of ['', '-wal', '-shm']) expect(statSync(`${locationOf('store').path}${end}`).mode & 0o777).toBe(0o600)
})

test('If it is killed, pending calls say that their outcome is unknown, and the next call starts another one.', async () => {
  const store = await open()
  const [kept] = await store.enqueue([newJob()])
  const pid = pidOf(storeProcess)
  const pending = [store.enqueue([newJob()]), store.queues(), store.beat('w1', { processes: [], rssBytes: null })]
  process.kill(pid, 'SIGKILL')
  for (const { status, ...rest } of await Promise.allSettled(pending)) {
    expect(status).toBe('rejected')
    expect(rest).toMatchObject({
      reason: {
        name: 'StoreUnavailableError',
        code: 'E_STORE_PROCESS',
        message: 'the process that holds the store ended before it answered (SIGKILL)',
      },
    })
  }
  expect(await store.job(kept?.id ?? '')).toMatchObject({ state: 'queued' })
  expect(pidOf(storeProcess)).not.toBe(pid)
})

test('If it is killed, whoever waits for a change looks again, and waits on.', async () => {
  const store = await open()
  const changes = store.changes()
  const waiting = changes.next(forever)
  await store.queues()
  process.kill(pidOf(storeProcess), 'SIGKILL')
  await waiting
  expect(await store.queues()).toEqual([])
  const other = await openHere()
  await other.enqueue([newJob()])
  await changes.next(forever)
})

test('It is not opened anew where its file was removed or replaced meanwhile.', async () => {
  const store = await open()
  await store.enqueue([newJob()])
  const kill = async () => {
    const pending = store.queues()
    process.kill(pidOf(storeProcess), 'SIGKILL')
    await expect(pending).rejects.toThrow('ended before it answered')
  }
  await kill()
  const { path } = locationOf('store')
  renameSync(join(folder.path, 'store'), join(folder.path, 'away'))
  await expect(store.queues()).rejects.toThrow(StoreLostError)
  const replacement = await openHere()
  await replacement.close()
  await expect(store.enqueue([newJob()])).rejects.toThrow(`store ${path}: the file was replaced by another one`)
  renameSync(join(folder.path, 'store'), join(folder.path, 'other'))
  renameSync(join(folder.path, 'away'), join(folder.path, 'store'))
  expect(await store.job('j1')).toMatchObject({ id: 'j1' })
})

test('A change that another process makes wakes, and one before the first wait is not missed.', async () => {
  const store = await open()
  const other = await openHere()
  const early = store.changes()
  await other.enqueue([newJob()])
  await early.next(forever)
  const waiting = early.next(forever)
  await store.queues() // by now it is being watched
  await other.enqueue([newJob()])
  await waiting
})

test('A program that ends at once is an error in plain words.', async () => {
  const broken = new StoreProcess({ entry: import.meta.filename, execArgv: ['--eval', 'process.exit(9)'] })
  await expect(openStoreIn(broken, locationOf('store'), systemClock)).rejects.toThrow(
    'the process that holds the store ended before it answered (exit code 9)',
  )
})

test('A call with what no process can be sent is refused alone.', async () => {
  const store = await open()
  const unsendable = { ...newJob(), argsJson: (() => '[]') as unknown as string }
  const [good, bad, alsoGood] = await Promise.allSettled([
    store.enqueue([newJob()]),
    store.enqueue([unsendable]),
    store.enqueue([newJob()]),
  ])
  expect([good?.status, bad?.status, alsoGood?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((await store.jobs({}, { limit: 10, after: null })).items).toHaveLength(2)
})

test('A program that is not there is refused with the way out, for code that was bundled without it.', async () => {
  const entry = join(folder.path, 'store-process.js')
  const broken = new StoreProcess({ entry, execArgv: [] })
  await expect(openStoreIn(broken, locationOf('store'), systemClock)).rejects.toMatchObject({
    code: 'E_STORE_PROCESS',
    message: `the process that holds the store cannot be started: ${entry} is missing`,
    hint: expect.stringContaining('external'),
  })
})
