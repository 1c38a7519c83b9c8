import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createEngine, StoreDamagedError, StoreLostError } from '../../src/index.js'
import { freshStore } from '../support/engines.js'
import { sqliteOnly } from '../support/tested-store.js'

const inFile = sqliteOnly(test, 'its file is spoiled')

const pathOf = (store: string) => store.replace('sqlite:', '')

/** Overwrites all pages but the first. */
function spoil(path: string): void {
  const file = openSync(path, 'r+')
  const zeros = Buffer.alloc(statSync(path).size - 4_096)
  writeSync(file, zeros, 0, zeros.length, 4_096)
  closeSync(file)
}

inFile(
  'An engine whose store is damaged acknowledges no job after it has seen that, and its worker is broken.',
  async () => {
    const store = freshStore()
    const engine = await createEngine({ store, tasks: { noop: () => null } })
    for (let n = 0; n < 200; n++) void engine.enqueue('noop', [], { delay: '1h' })
    await engine.enqueue('noop', [], { delay: '1h' })
    const worker = await engine.startWorker({ inline: true })
    spoil(pathOf(store))
    await expect(engine.jobs()).rejects.toThrow(StoreDamagedError)
    await expect(engine.enqueue('noop', [])).rejects.toMatchObject({
      name: 'StoreDamagedError',
      code: 'E_STORE_DAMAGED',
    })
    await expect(worker.broken).rejects.toThrow(StoreDamagedError)
    await expect(engine.close()).rejects.toThrow(StoreDamagedError)
  },
)

inFile('An engine notices that a newer program has changed the schema of its store.', async () => {
  const store = freshStore()
  const engine = await createEngine({ store, tasks: { noop: () => null } })
  const worker = await engine.startWorker({ inline: true })
  const db = new Database(pathOf(store))
  db.exec('PRAGMA user_version = 99')
  db.close()
  await expect(engine.enqueue('noop', [])).rejects.toMatchObject({ code: 'E_STORE_NEWER' })
  await expect(worker.broken).rejects.toThrow(StoreLostError)
  await expect(engine.close()).rejects.toMatchObject({ code: 'E_STORE_NEWER' })
})

inFile('close() does not wait for a job whose end cannot be stored: the file of the store is gone.', async () => {
  const store = freshStore()
  let started = () => {}
  const running = new Promise<void>((resolve) => {
    started = resolve
  })
  const endless = () => {
    started()
    return new Promise(() => {})
  }
  const engine = await createEngine({ store, tasks: { endless } })
  await engine.startWorker({ inline: true, grace: '10m' })
  await engine.enqueue('endless', [])
  await running
  rmSync(pathOf(store))
  await expect(engine.close()).rejects.toMatchObject({ code: 'E_STORE_LOST' })
})
