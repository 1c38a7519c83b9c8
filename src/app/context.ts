import { resolve } from 'node:path'
import { ProjectError, UsageError } from '../domain/errors.js'
import type { Targets } from '../domain/notification.js'
import { defaultRetention, type Retention } from '../domain/retention.js'
import { systemClock } from '../engine/clock.js'
import { defaultStoreUrl, openStore, openStoreForReading, parseStoreUrl, type StoreLocation } from '../open.js'
import { readProject } from '../project/config.js'
import { isFolder, type Project } from '../project/find.js'
import type { Store } from '../stores/store.js'
import { notificationPolicy } from './notifications/notification-policy.js'

/** Where a command works: its project, if there is one, and its store. */
export interface Context {
  readonly project: Project | null
  readonly location: StoreLocation
  /** Names of keys, beside the built-in ones, whose values are masked. */
  readonly redact: readonly string[]
  readonly retention: Retention
  /** The limit of each task process, in bytes; null for none. */
  readonly maxMemoryBytes: number | null
  readonly from: string
}

export interface GlobalFlags {
  readonly store?: string | undefined
  readonly cwd?: string | undefined
}

/** Says where a URL was written that is none: it may be in a file or variable that nobody thinks of. */
function locationOf(url: string, from: string, project: string, place: string): StoreLocation {
  try {
    return parseStoreUrl(url, from, project)
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    throw new UsageError('E_STORE_URL', `${place}: ${thrown.message}`, thrown.hint)
  }
}

/** Finds the project and its store. Throws UsageError and ProjectError. */
export async function readContext(flags: GlobalFlags): Promise<Context> {
  const from = startingFolder(flags.cwd)
  const project = await readProject(from)
  const root = project?.root ?? from
  const location =
    flags.store === undefined
      ? locationOf(project?.store ?? defaultStoreUrl, root, root, `the store of ${root}`)
      : locationOf(
          flags.store,
          process.cwd(),
          root,
          process.env.OFFSTAGE_STORE === flags.store ? 'OFFSTAGE_STORE' : '--store',
        )
  return {
    project,
    location,
    redact: project?.redact ?? [],
    retention: project?.retention ?? defaultRetention,
    maxMemoryBytes: null,
    from,
  }
}

/** A store that a flag of a command names. Throws UsageError. */
export function storeOfFlag({ project, from }: Context, url: string, flag: string): StoreLocation {
  return locationOf(url, process.cwd(), project?.root ?? from, flag)
}

/** The folder that a command begins in: `--cwd`, or the current one. Throws UsageError if it is not there. */
export function startingFolder(cwd: string | undefined): string {
  const folder = resolve(cwd ?? '.')
  if (isFolder(folder)) return folder
  const name = process.env.OFFSTAGE_CWD === cwd ? 'OFFSTAGE_CWD' : '--cwd'
  throw new UsageError('E_CWD', `${name}: there is no folder ${folder}`)
}

/** The project. Throws ProjectError if there is none. */
export function projectOf({ project, from }: Pick<Context, 'project' | 'from'>): Project {
  if (project !== null) return project
  throw new ProjectError(
    'E_NO_PROJECT',
    `no project at ${from} or above it: there is no offstage.config.* and no tasks folder`,
    'run "offstage init" to make one, or say where it is with --cwd',
  )
}

/** Who gets to know of failures, by name. */
export function targetsOf({ project }: Pick<Context, 'project'>): Targets {
  return project?.targets ?? new Map()
}

/**
 * Refuses a store that ends with this process, for a command whose jobs others run. Throws UsageError; `what` names the
 * command.
 */
export function refuseMemory(context: Pick<Context, 'location'>, what: string): void {
  if (context.location.kind !== 'memory') return
  throw new UsageError(
    'E_STORE_MEMORY',
    `${what}: the store memory: ends with this command`,
    'name a file with --store',
  )
}

/** Uses the store for reading, and closes it whatever happens. */
export async function withReader<T>(context: Context, use: (store: Store) => Promise<T>): Promise<T> {
  return closing(await openStoreForReading(context.location, systemClock), use)
}

/** Uses the store for writing, and closes it whatever happens. */
export async function withStore<T>(context: Context, use: (store: Store) => Promise<T>): Promise<T> {
  return closing(await openStore(context.location, systemClock, notificationPolicy(context.project)), use)
}

/** Uses the store as a command needs it that changes nothing when it only shows what it would do. */
export function withStoreUnless<T>(dryRun: boolean, context: Context, use: (store: Store) => Promise<T>): Promise<T> {
  return dryRun ? withReader(context, use) : withStore(context, use)
}

async function closing<T>(store: Store, use: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
