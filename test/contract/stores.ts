import { join } from 'node:path'
import type { Clock } from '../../src/domain/clock.js'
import type { NotificationPolicy } from '../../src/domain/notification.js'
import { systemClock } from '../../src/engine/clock.js'
import { connectRedis } from '../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../src/stores/bullmq/store.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import type { SqliteLocation } from '../../src/stores/sqlite/database.js'
import { openSqliteStore } from '../../src/stores/sqlite/store.js'
import type { Store } from '../../src/stores/store.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { expectConsistent } from '../support/consistency.js'
import { CuttingProxy } from '../support/cutting-proxy.js'
import { temporaryFolder } from '../support/folder.js'
import { sharedRedis } from '../support/redis-server.js'
import { openMovedStore } from '../support/store-apart.js'
import { testedStore } from '../support/tested-store.js'
import type { OpenStore, StoreKind } from './harness.js'

/** Long enough for anything that is under way in this process to arrive. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const memory: StoreKind = {
  name: 'memory',
  isApart: false,
  waivers: [
    {
      idea: 'persistence',
      test: 'What was acknowledged is there when the store is opened again.',
      reason: 'it is gone with its process, which is what it is for',
    },
    {
      idea: 'persistence',
      test: 'It is the same store when it is opened again.',
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
      quiet: someTurns,
      reopen: async () => {
        throw new Error('the memory store does not persist')
      },
      close: () => store.close(),
    }
  },
}

type Opening = (location: SqliteLocation, clock: Clock, notificationOf: NotificationPolicy) => Promise<Store>

/** On a file of its own, which is looked through at the end. */
async function openFile(open: Opening, notificationOf: NotificationPolicy): Promise<Omit<OpenStore, 'quiet'>> {
  const clock = movableClock()
  const folder = temporaryFolder()
  // relaxed: the contract is the same, and two thousand fsyncs are spared.
  const location = { path: join(folder.path, 'jobs.db'), durability: 'relaxed' } as const
  const store = await open(location, clock, notificationOf)
  let latest = store
  return {
    store,
    clock,
    advance: async (ms) => clock.advance(ms),
    async reopen() {
      await latest.close()
      latest = await open(location, clock, notificationOf)
      return latest
    },
    async close() {
      await latest.close()
      expectConsistent(location.path)
      folder.remove()
    },
  }
}

const sqlite: StoreKind = {
  name: 'sqlite',
  isApart: false,
  waivers: [],
  async open(notificationOf) {
    const opened = await openFile(async (...given) => openSqliteStore(...given), notificationOf)
    return { ...opened, quiet: someTurns }
  },
}

const notificationTitles = [
  'A job that fails for good stores one notification; a retry, a completion and a cancel store none.',
  'A retry or a removal by hand right behind the failure does not take its notification away.',
  'Several that fail in one call store one each; a refused end stores none.',
  'A notification that fails stores none, if the policy says so.',
  'Jobs that expire store one, whoever finds them: a sweep, or an enqueue with their key.',
  'Jobs that end with their dead worker store one each, which any worker may take.',
  'The target of its schedule is passed on.',
]

const apart: StoreKind = {
  name: 'sqlite in a process of its own',
  isApart: true,
  waivers: notificationTitles.map((test) => ({
    idea: 'notifications',
    test,
    reason: 'the policy is a function, which cannot leave its process; no engine in code has notifications',
  })),
  async open() {
    const opened = await openFile(openMovedStore, () => null)
    return { ...opened, quiet: () => twoAnswers(opened.store) }
  },
}

// What was under way is there then: answers and changes arrive in their order.
async function twoAnswers(store: Store): Promise<void> {
  for (let count = 0; count < 2; count++) await store.schedulesVersion()
  await someTurns()
}

let prefixes = 0
let theWay: Promise<CuttingProxy> | null = null

async function wayToRedis(): Promise<CuttingProxy> {
  theWay ??= sharedRedis().then(({ port }) => CuttingProxy.start(port))
  return theWay
}

const redis: StoreKind = {
  name: 'redis',
  isApart: false,
  waivers: [
    {
      idea: 'leases',
      test: 'A reboot ends every lease, and the next sweep takes the jobs back.',
      reason: 'leases are in the time of Redis, which goes on: a machine that has begun anew is noticed after 30 s',
    },
    {
      idea: 'leases',
      test: 'Where no boot id is known, a clock that began anew ends the leases from before.',
      reason: 'leases are in the time of Redis, which goes on: a machine that has begun anew is noticed after 30 s',
    },
  ],
  async open(notificationOf) {
    const clock = movableClock()
    const proxy = await wayToRedis()
    const location = parseRedisUrl(`redis://127.0.0.1:${proxy.port}?prefix=test${prefixes++}`, process.cwd())
    const open = async () => {
      const connection = await connectRedis(location, systemClock)
      const store = openRedisStore(connection, location, clock, notificationOf, () => clock.monotonicMs())
      // It hears of changes from now on: what was stored before its first look is news once.
      await store.changes().next(60_000)
      return store
    }
    const store = await open()
    let latest = store
    return {
      store,
      clock,
      advance: async (ms) => clock.advance(ms),
      cutAnswers: (every, times) => proxy.cutAnswers(every, times),
      quiet: () => twoAnswers(latest),
      async reopen() {
        await latest.close()
        latest = await open()
        return latest
      },
      async close() {
        proxy.cutAnswers(0, 0)
        await latest.close()
      },
    }
  },
}

const all: readonly StoreKind[] = [memory, sqlite, apart, redis]

export const storeKinds = all.filter(({ name }) => (testedStore ?? name) === name)

/** Those that are compared with the model, which is the store in memory. */
export const comparedKinds = all.filter(({ name }) => name === 'memory' || (testedStore ?? name) === name)
