import { join } from 'node:path'
import fc from 'fast-check'
import { moveStore } from '../../src/app/store/move-store.js'
import type { Clock } from '../../src/domain/clock.js'
import { systemClock } from '../../src/engine/clock.js'
import { type MovableLocation, openExport } from '../../src/open.js'
import { connectRedis } from '../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../src/stores/bullmq/store.js'
import { openSqliteStore } from '../../src/stores/sqlite/store.js'
import type { Addition, Lease, Store } from '../../src/stores/store.js'
import type { TransferRecord } from '../../src/stores/transfer.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { Subject } from '../contract/harness.js'
import { type Operation, operations, run } from '../contract/model-operations.js'
import { firstSchedules } from '../contract/model-schedules.js'
import { sharedRedis } from './redis-server.js'

export const never = new AbortController().signal

export function sqliteAt(folder: string, name: string): MovableLocation {
  return { kind: 'sqlite', path: join(folder, name), durability: 'relaxed' }
}

let prefixes = 0

export async function redisAt(): Promise<MovableLocation> {
  const { port } = await sharedRedis()
  return parseRedisUrl(`redis://127.0.0.1:${port}?prefix=moved${prefixes++}`, process.cwd())
}

export async function openAt(location: MovableLocation, clock: Clock = systemClock): Promise<Store> {
  if (location.kind === 'sqlite') return openSqliteStore(location, clock)
  // A time of its own needs leases in that time.
  const leaseClock = clock === systemClock ? null : () => clock.monotonicMs()
  return openRedisStore(await connectRedis(location, systemClock), location, clock, null, leaseClock)
}

export function moved(from: MovableLocation, to: MovableLocation) {
  return moveStore({ from, to }, never)
}

/** All records of a store, in their order. */
export async function recordsAt(location: MovableLocation): Promise<readonly TransferRecord[]> {
  const source = await openExport(location, systemClock, true)
  const all: TransferRecord[] = []
  for await (const records of source.records()) all.push(...records)
  await source.close()
  return all
}

/** What random operations leave, with output, progress and usage, and no worker. */
export const histories = fc.array(
  fc.record({ operation: operations, said: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }) }),
  { minLength: 20, maxLength: 80 },
)
type History = typeof histories extends fc.Arbitrary<infer T> ? T : never

/** Makes a store there in a time of its own, which it answers. */
export async function fill(location: MovableLocation, history: History) {
  const clock = movableClock()
  const store = await openAt(location, clock)
  const subject = new Subject({
    store,
    clock,
    advance: async (ms) => clock.advance(ms),
    quiet: async () => {},
    reopen: async () => store,
    close: () => store.close(),
  })
  const leases: Lease[] = []
  const register = { kind: 'register' } as const
  const beginning: Operation[] = [register, register, ...firstSchedules]
  for (const operation of beginning) await run(subject, leases, operation)
  for (const { operation, said } of history) {
    await run(subject, leases, operation)
    const [lease] = leases
    if (lease !== undefined && said.length > 0) await store.append([additionOf(lease, said, clock.now())])
  }
  for (const { id } of await store.workers()) await store.deregister(id)
  await store.close()
  return clock
}

const lastLines = new Map<string, number>()

function additionOf(lease: Lease, said: readonly string[], at: number): Addition {
  const key = JSON.stringify(lease)
  const line = (lastLines.get(key) ?? 0) + 1
  lastLines.set(key, line + said.length)
  return {
    lease,
    progress: { fraction: (line % 10) / 10, message: said[0] ?? null },
    output: said.map((text, index) => ({
      line: line + index,
      at,
      stream: index % 2 === 0 ? 'stdout' : 'stderr',
      text,
    })),
    forget: line > 4 ? { first: 2, last: 3 } : null,
    usage: { peakBytes: line * 1_000, cpuMs: line % 2 === 0 ? null : line },
  }
}
