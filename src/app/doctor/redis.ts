import { formatDuration } from '../../domain/duration.js'
import { formatSize } from '../../domain/size.js'
import { inspectRedis } from '../../open.js'
import type { Store } from '../../stores/store.js'
import { counted, note, type Trouble, warning } from './finding.js'

type RedisLocation = Parameters<typeof inspectRedis>[0]
type Inspection = Awaited<ReturnType<typeof inspectRedis>>

// Leases are counted by the clock of Redis, and due times by that of each machine.
const toleranceMs = 1_000
const fullShare = 0.9

/** Shown always: what no look at a server can find. The table is on that page alone. */
export const pageOfLimits = note('what Redis cannot promise is in docs/stores.md of the package')

/** The server of a store on Redis: what it may lose, and who else uses its queues. One that is unfit cannot be opened. */
export async function checkRedis(location: RedisLocation, store: Store | null): Promise<readonly Trouble[]> {
  const inspection = await inspectRedis(location)
  const { server, appendFsync, aheadMs, url } = inspection
  const troubles = [
    ...troublesOfDisk(inspection),
    ...troublesOfMemory(inspection),
    ...troublesOfClock(inspection),
    ...(await foreignWorkers(inspection, store)),
  ]
  if (troubles.length > 0) return [...troubles, pageOfLimits]
  const written = `append-only file with appendfsync ${appendFsync}`
  const facts = `Redis ${server.version}, ${written}, ${formatSize(server.usedMemoryBytes)}, clock ${aheadMs} ms ahead`
  return [note(`${url} ${facts}`), pageOfLimits]
}

function troublesOfDisk({ server, appendFsync }: Inspection): readonly Trouble[] {
  if (server.hasAppendOnlyFile === false) {
    const message =
      'Redis keeps no append-only file: after a crash all since its last snapshot is lost, which may be hours'
    return [warning(message, 'set appendonly yes and appendfsync always, in redis.conf or with CONFIG SET')]
  }
  if (appendFsync === null) {
    const message =
      'when Redis writes to disk cannot be seen, since CONFIG is forbidden: without appendfsync always, a power loss takes what is newest'
    return [warning(message, 'ask who runs it for appendonly yes and appendfsync always')]
  }
  if (appendFsync === 'always') return []
  const lost = appendFsync === 'everysec' ? 'the last second' : 'half a minute'
  const message = `Redis has appendfsync ${appendFsync}: a power loss takes about ${lost} of acknowledged jobs`
  return [warning(message, 'set appendfsync always, if no job may be lost')]
}

function troublesOfMemory({ server }: Inspection): readonly Trouble[] {
  const { maxmemoryPolicy, maxmemoryBytes, usedMemoryBytes } = server
  if (maxmemoryPolicy === null) {
    const message = 'Redis does not say its maxmemory-policy: any but noeviction removes jobs when the memory is full'
    return [warning(message, 'ask who runs it for noeviction')]
  }
  if (maxmemoryBytes === 0 || usedMemoryBytes < maxmemoryBytes * fullShare) return []
  const message = `the memory of Redis is nearly full: ${formatSize(usedMemoryBytes)} of ${formatSize(maxmemoryBytes)}. No job is stored then`
  return [warning(message, 'raise maxmemory, or remove old jobs: offstage jobs prune')]
}

function troublesOfClock({ aheadMs }: Inspection): readonly Trouble[] {
  if (Math.abs(aheadMs) < toleranceMs) return []
  const side = aheadMs > 0 ? 'ahead of' : 'behind'
  const message = `the clock of Redis is ${formatDuration(Math.abs(aheadMs))} ${side} this machine's`
  return [warning(message, 'compare both with the real time: timedatectl status')]
}

/** They run our jobs without limits of time, cancel and statistics. */
async function foreignWorkers({ plainWorkers }: Inspection, store: Store | null): Promise<readonly Trouble[]> {
  if (plainWorkers === null) {
    const message = 'whether workers of BullMQ take jobs from these queues cannot be seen, since CLIENT is forbidden'
    return [warning(message, 'let this user run it: ACL SETUSER NAME +client|list')]
  }
  const ours = new Set((await store?.queues())?.map(({ name }) => name) ?? [])
  return [...plainWorkers]
    .filter(([queue]) => ours.has(queue))
    .map(([queue, count]) => {
      const message = `${counted(count, 'worker')} of BullMQ ${count === 1 ? 'takes' : 'take'} jobs from ${queue}: no timeout, cancel or statistics for those`
      return warning(message, 'stop them, or leave them queues of their own')
    })
}
