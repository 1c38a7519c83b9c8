import { isAbsolute, join } from 'node:path'
import { debugged, debugOf } from './debug.js'
import type { Clock } from './domain/clock.js'
import { StoreUnavailableError, UsageError } from './domain/errors.js'

import type { NotificationPolicy } from './domain/notification.js'
import { written } from './domain/options.js'
import { idleClock, systemClock } from './engine/clock.js'
import { ownProgram } from './project/own-program.js'
import type { StoreProcess } from './stores/apart/store-process.js'
import type { RedisInspection } from './stores/bullmq/inspect.js'
import { maskedUrl, parseRedisUrl, type RedisLocation, redisForms, redisUrl } from './stores/bullmq/location.js'
import type { DriverInfo, InspectionLimits, StoreInspection } from './stores/inspection.js'

import type { OutboxFile } from './stores/outbox.js'
import { storeExists } from './stores/sqlite/files.js'
import type { Store } from './stores/store.js'
import type { StoreFile } from './stores/store-file.js'
import type { StoreExport, StoreImport } from './stores/transfer.js'

/** Where a store is, read from its URL. */
export type StoreLocation = SqliteLocation | RedisLocation | { readonly kind: 'memory' }

export interface SqliteLocation {
  readonly kind: 'sqlite'
  readonly path: string
  readonly durability: 'full' | 'relaxed'
}

export const defaultStoreUrl = 'sqlite:.offstage/jobs.db'

/**
 * Reads a store's URL: `sqlite:PATH`, `sqlite:PATH?durability=relaxed`, `redis://HOST`, `rediss://HOST`, `memory:`. `from` is
 * where PATH begins, `project` the folder whose packages a store may need.
 */
export function parseStoreUrl(url: string, from: string, project = from): StoreLocation {
  // JavaScript may hand over anything.
  if (typeof url !== 'string') throw badUrl(written(url), 'is not a store')
  if (url.includes('\0')) throw badUrl(written(url), 'has a NUL character, which no path has')
  if (url === 'memory:') return { kind: 'memory' }
  if (/^rediss?:/i.test(url)) return parseRedisUrl(url, from, project)
  const parts = /^sqlite:(?<path>[^?]+)(?:\?(?<query>.*))?$/.exec(url)?.groups
  // What may hold a password is not said again.
  const isPlainPath = /^(?![a-z][a-z\d+.-]*:|~|\/\/)(\.{0,2}\/|.*\.db$)/i.test(url) && !url.includes('@')
  if (parts?.path === undefined) throw badUrl(url, 'is not a store', isPlainPath ? `write sqlite:${url}` : forms)
  if (parts.path === ':memory:')
    throw badUrl(url, 'would be a file of that name', 'write memory: for a store in memory')
  if (parts.path.startsWith('//')) {
    throw badUrl(
      url,
      'has slashes that belong to no path',
      parts.path.includes('@') ? forms : `write sqlite:${parts.path.replace(/^\/\/+(?=\/)|^\/\//, '')}`,
    )
  }
  if (parts.path.startsWith('~')) {
    throw badUrl(url, 'has a ~, which only a shell understands', 'write the whole path; ./~ for a file of that name')
  }
  if (url.includes('#')) throw badUrl(url, 'has a fragment, which no store has')
  const query = new URLSearchParams(parts.query ?? '')
  const durability = query.get('durability') ?? 'full'
  if (durability !== 'full' && durability !== 'relaxed')
    throw badUrl(url, `has durability ${JSON.stringify(durability)}`)
  const unknown = [...query.keys()].find((key) => key !== 'durability')
  if (unknown !== undefined) throw badUrl(url, `has an unknown option ${JSON.stringify(unknown)}`)
  if (query.getAll('durability').length > 1) throw badUrl(url, 'has its durability twice')
  return { kind: 'sqlite', path: isAbsolute(parts.path) ? parts.path : join(from, parts.path), durability }
}

const forms = `write sqlite:PATH, sqlite:PATH?durability=relaxed, ${redisForms} or memory:`

function badUrl(url: string, what: string, hint = forms): UsageError {
  return new UsageError('E_STORE_URL', `${maskedUrl(url)} ${what}`, hint)
}

/** Loads the code of a store that will be opened soon, while the caller waits for something else. */
export function preloadStore(location: StoreLocation): void {
  if (location.kind === 'redis') redisModules().catch(() => {})
  if (location.kind !== 'sqlite') return
  import('./stores/sqlite/store.js').then(({ preloadDriver }) => preloadDriver()).catch(() => {}) // opening it reports the error
}

/** The store of a command that writes, and of the notifications of what fails by it. Throws StoreUnavailableError. */
export async function openStore(
  location: StoreLocation,
  clock: Clock,
  notificationOf: NotificationPolicy | null = null,
): Promise<Store> {
  if (location.kind === 'memory') return shown(await emptyStore(clock, notificationOf))
  if (location.kind === 'redis') return redisStore(location, clock, notificationOf)
  const { openSqliteStore } = await import('./stores/sqlite/store.js')
  return shown(openSqliteStore(location, clock, notificationOf))
}

/**
 * The store of an engine in a program of the user's: a SQLite store is open in a process of its own, which all such
 * stores of this process share. Stores no notifications. Throws StoreUnavailableError.
 */
export async function openStoreApart(location: StoreLocation, clock: Clock): Promise<Store> {
  // A Redis is apart already.
  if (location.kind !== 'sqlite') return openStore(location, clock)
  const [{ openStoreIn }, process] = await Promise.all([import('./stores/apart/store.js'), storeProcess()])
  return shown(await openStoreIn(process, location, clock))
}

/** The outbox of an application's SQLite file, open in that process too. `store`: the identity of the store for its rows. */
export async function openOutboxApart(path: string, store: string): Promise<OutboxFile> {
  const [{ openOutboxIn }, process] = await Promise.all([import('./stores/apart/outbox-file.js'), storeProcess()])
  return openOutboxIn(process, path, store)
}

let theStoreProcess: StoreProcess | null = null

async function storeProcess(): Promise<StoreProcess> {
  const { StoreProcess } = await import('./stores/apart/store-process.js')
  theStoreProcess ??= new StoreProcess(ownProgram('store-process'))
  return theStoreProcess
}

/** The store of a command that only reads: an empty one where none is yet. Throws StoreUnavailableError. */
export async function openStoreForReading(location: StoreLocation, clock: Clock): Promise<Store> {
  if (location.kind === 'memory') return emptyStore(clock)
  if (location.kind === 'redis') return redisStore(location, clock)
  // Asked first: loading the driver only to find nothing takes longer than everything else.
  if (!storeExists(location.path)) return emptyStore(clock)
  const { openSqliteReader } = await import('./stores/sqlite/store.js')
  return shown(openSqliteReader(location, clock) ?? (await emptyStore(clock)))
}

/** Looks for what is wrong with a store; null if there is none yet. Writes nothing. Throws StoreUnavailableError. */
export async function inspectStore(
  { path }: SqliteLocation,
  limits: InspectionLimits,
): Promise<StoreInspection | null> {
  const { inspectFile } = await import('./stores/sqlite/store.js')
  return inspectFile(path, limits)
}

/** What a Redis says of itself. Changes nothing. Throws StoreUnavailableError. */
export async function inspectRedis(location: RedisLocation): Promise<RedisInspection> {
  const { inspectRedis: inspect } = await import('./stores/bullmq/inspect.js')
  return inspect(location, systemClock)
}

/** The file of a store as a whole, to copy it, to bring it up to date or to compact it. */
export async function openStoreFile({ path }: SqliteLocation, clock: Clock): Promise<StoreFile> {
  const sqlite = await import('./stores/sqlite/store-file.js')
  return sqlite.openStoreFile(path, clock)
}

/** A store that is moved; `readonly`: only looked at. Throws StoreUnavailableError, `E_STORE_NONE` if there is none. */
export async function openExport(location: MovableLocation, clock: Clock, readonly: boolean): Promise<StoreExport> {
  if (location.kind === 'redis') {
    const { openRedisExport } = await import('./stores/bullmq/transfer/export.js')
    return openRedisExport(location, clock)
  }
  if (!storeExists(location.path)) {
    throw new StoreUnavailableError('E_STORE_NONE', `store ${location.path}: there is none yet`, 'check the path')
  }
  const { openSqliteExport } = await import('./stores/sqlite/transfer/export.js')
  return openSqliteExport(location.path, clock, readonly)
}

/** A store that another is moved into: a file is made if it is missing. Throws StoreUnavailableError. */
export async function openImport(location: MovableLocation, clock: Clock): Promise<StoreImport> {
  if (location.kind === 'redis') {
    const { openRedisImport } = await import('./stores/bullmq/transfer/import.js')
    return openRedisImport(location, clock)
  }
  const { openSqliteImport } = await import('./stores/sqlite/transfer/import.js')
  return openSqliteImport(location.path, clock)
}

/** A store that does not end with its process. */
export type MovableLocation = Exclude<StoreLocation, { readonly kind: 'memory' }>

/** How messages name a store: without its password. */
export function shownUrl(location: MovableLocation): string {
  return location.kind === 'redis' ? redisUrl(location) : `sqlite:${location.path}`
}

/** The version of the client of Redis. Throws StoreUnavailableError if there is none. */
export async function redisClientVersion({ project }: RedisLocation): Promise<string> {
  const { ioredisVersion } = await import('./stores/bullmq/ioredis.js')
  return ioredisVersion(project)
}

/** The driver of SQLite stores. Throws StoreUnavailableError if it does not run on this machine. */
export async function sqliteDriver(): Promise<DriverInfo> {
  const { driverInfo } = await import('./stores/sqlite/store.js')
  return driverInfo()
}

const redisModules = () =>
  Promise.all([
    import('./stores/bullmq/connection.js'),
    import('./stores/bullmq/store.js'),
    import('./stores/bullmq/mark-fault.js'),
  ])

async function redisStore(
  location: RedisLocation,
  clock: Clock,
  notificationOf: NotificationPolicy | null = null,
): Promise<Store> {
  const [{ connectRedis }, { openRedisStore }, { refuseMarked }] = await redisModules()
  const connection = await connectRedis(location, systemClock, idleClock)
  try {
    await refuseMarked(connection, location)
    return shown(openRedisStore(connection, location, clock, notificationOf))
  } catch (thrown) {
    await connection.close()
    throw thrown
  }
}

async function emptyStore(clock: Clock, notificationOf: NotificationPolicy | null = null): Promise<Store> {
  const { openMemoryStore } = await import('./stores/memory/store.js')
  return openMemoryStore(clock, notificationOf ?? undefined)
}

const debug = debugOf('store')

/** The store itself, or with `DEBUG=offstage:store` one that writes a line for each operation. */
function shown(store: Store): Store {
  return debug === null ? store : debugged(store, debug)
}
