import { StoreUnavailableError } from '../../domain/errors.js'
import { hasTag, type RedisLocation, redisUrl } from './location.js'

/** What INFO tells of a server. */
export interface RedisServerFacts {
  readonly version: string
  readonly isCluster: boolean
  /** It watches servers, and stores nothing. */
  readonly isSentinel: boolean
  readonly isMaster: boolean
  readonly isLoading: boolean
  /** null: the server does not say. */
  readonly maxmemoryPolicy: string | null
  /** 0: no limit. */
  readonly maxmemoryBytes: number
  readonly usedMemoryBytes: number
  /** Whether it writes an append-only file; null: the server does not say. */
  readonly hasAppendOnlyFile: boolean | null
}

export const oldestVersion = '6.2'

/** Reads the answer of INFO. null: it is none of a Redis. */
export function readInfo(info: string): RedisServerFacts | null {
  const fields = new Map(
    info
      .split(/\r?\n/)
      .filter((line) => /^\w+:/.test(line))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const),
  )
  const version = fields.get('redis_version')
  if (version === undefined) return null
  const appendOnly = fields.get('aof_enabled')
  return {
    version,
    isCluster: fields.get('redis_mode') === 'cluster' || fields.get('cluster_enabled') === '1',
    isSentinel: fields.get('redis_mode') === 'sentinel',
    isMaster: fields.get('role') !== 'slave',
    isLoading: fields.get('loading') === '1',
    maxmemoryPolicy: fields.get('maxmemory_policy') ?? null,
    maxmemoryBytes: Number(fields.get('maxmemory') ?? 0),
    usedMemoryBytes: Number(fields.get('used_memory') ?? 0),
    hasAppendOnlyFile: appendOnly === undefined ? null : appendOnly === '1',
  }
}

/** Refuses a server on which jobs would be lost, or that lacks what is needed. Throws StoreUnavailableError. */
export function checkServer(facts: RedisServerFacts, location: RedisLocation): void {
  const refuse = (what: string, hint: string) => {
    throw new StoreUnavailableError('E_REDIS_SETUP', `${redisUrl(location)} ${what}`, hint)
  }
  const { version, maxmemoryPolicy, isCluster } = facts
  if (facts.isSentinel) refuse('is a sentinel, which stores nothing', 'add ?sentinel=NAME, the name of its master')
  if (isOlder(version)) refuse(`is Redis ${version}, and ${oldestVersion} is the oldest that works`, 'update Redis')
  if (maxmemoryPolicy !== null && maxmemoryPolicy !== 'noeviction') {
    refuse(
      `has the maxmemory-policy ${maxmemoryPolicy}: it would remove jobs when its memory is full`,
      'set maxmemory-policy to noeviction, in redis.conf or with CONFIG SET',
    )
  }
  if (isCluster && !hasTag(location.prefix)) {
    refuse('is a cluster, which needs a prefix with a {tag}: all jobs are on one node', 'add ?prefix={bull} to the URL')
  }
  if (isCluster && location.db !== 0) refuse('is a cluster, which has no database but 0', 'leave the database out')
  if (!isCluster && location.isCluster) refuse('is no cluster', 'leave cluster=true out of the URL')
  if (!isCluster && location.sentinel === null && location.addresses.length > 1) {
    refuse('names several hosts, and they are no cluster', 'add ?sentinel=NAME if they are sentinels')
  }
  if (!facts.isMaster) refuse('is a replica, which stores nothing', 'name its master')
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestVersion.split('.').map(Number)
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
}
