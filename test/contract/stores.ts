import { join } from 'node:path'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import { openSqliteStore } from '../../src/stores/sqlite/store.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { expectConsistent } from '../support/consistency.js'
import { temporaryFolder } from '../support/folder.js'
import type { StoreKind } from './harness.js'

const memory: StoreKind = {
  name: 'memory',
  waivers: [
    {
      idea: 'persistence',
      test: 'What was acknowledged is there when the store is opened again.',
      reason: 'it is gone with its process, which is what it is for',
    },
    {
      idea: 'persistence',
      test: 'Ids go on where they stopped when the store is opened again.',
      reason: 'it is gone with its process, which is what it is for',
    },
    {
      idea: 'pausing',
      test: 'A queue is still paused when the store is opened again.',
      reason: 'it is gone with its process, which is what it is for',
    },
    {
      idea: 'schedules',
      test: 'Schedules are there when the store is opened again, with all that is known of them.',
      reason: 'it is gone with its process, which is what it is for',
    },
  ],
  async open(notificationOf) {
    const clock = movableClock()
    const store = openMemoryStore(clock, notificationOf)
    return {
      store,
      clock,
      advance: async (ms) => clock.advance(ms),
      reopen: async () => {
        throw new Error('the memory store does not persist')
      },
      close: () => store.close(),
    }
  },
}

const sqlite: StoreKind = {
  name: 'sqlite',
  waivers: [],
  async open(notificationOf) {
    const clock = movableClock()
    const folder = temporaryFolder()
    // relaxed: the contract is the same, and two thousand fsyncs are spared.
    const location = { path: join(folder.path, 'jobs.db'), durability: 'relaxed' } as const
    const first = openSqliteStore(location, clock, notificationOf)
    let latest = first
    return {
      store: first,
      clock,
      advance: async (ms) => clock.advance(ms),
      async reopen() {
        await latest.close()
        latest = openSqliteStore(location, clock, notificationOf)
        return latest
      },
      async close() {
        await latest.close()
        expectConsistent(location.path)
        folder.remove()
      },
    }
  },
}

export const storeKinds: readonly StoreKind[] = [memory, sqlite]
