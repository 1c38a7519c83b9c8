import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { basename, dirname, relative } from 'node:path'
import { OffstageError } from '../../domain/errors.js'
import { formatSize } from '../../domain/size.js'
import { inspectStore, type StoreLocation } from '../../open.js'
import type { InspectionLimits, StoreInspection } from '../../stores/inspection.js'
import { nearestFolder, networkFileSystem } from './file-system.js'
import { type Checked, type Patient, problem, type Trouble, warning } from './finding.js'
import { checkRedis } from './redis.js'

const megabyte = 1024 ** 2

// Read in about a second on a slow disk.
const usualLimits = { pagesBytes: 1024 * megabyte, rowsBytes: 256 * megabyte }
const noLimits = { pagesBytes: Number.POSITIVE_INFINITY, rowsBytes: Number.POSITIVE_INFINITY }

// SQLite keeps 64 MB of an emptied WAL; workers empty it from 32 MB on.
const largeWal = 128 * megabyte

/** The store: whether it can be used; a file, whether it is whole, and is for its owner alone. */
export async function checkStore({ location, from, store, unopened, isThorough }: Patient): Promise<Checked> {
  if (location.kind === 'memory') return 'memory: nothing is kept'
  if (location.kind === 'redis') return unopened === null ? checkRedis(location, store) : [unopened]
  const { path, durability } = location
  const inspection = await inspected(location, isThorough ? noLimits : usualLimits)
  if (inspection instanceof OffstageError) return [unusable(path, inspection)]
  if (inspection === null) return storeToBe(path)
  const troubles = [
    ...faultsOf(path, inspection),
    ...troublesOfAccess(path),
    ...troublesOfPlace(path),
    ...troublesOfWal(path, inspection.walBytes),
  ]
  if (troubles.length > 0) return troubles
  const { bytes, walBytes, schema, damage, contradictions } = inspection
  const skipped = damage === null ? 'pages and rows' : contradictions === null ? 'rows' : null
  const unchecked = skipped === null ? '' : `; ${skipped} not checked: large, use --full`
  const facts = [formatSize(bytes), `WAL ${formatSize(walBytes)}`, `schema ${schema}`, `durability ${durability}`]
  return `${shortPath(path, from)} ${facts.join(', ')}${unchecked}`
}

async function inspected(
  location: Parameters<typeof inspectStore>[0],
  limits: InspectionLimits,
): Promise<StoreInspection | null | OffstageError> {
  try {
    return await inspectStore(location, limits)
  } catch (thrown) {
    if (thrown instanceof OffstageError) return thrown
    throw thrown
  }
}

/** To read a file SQLite makes another one beside it, so a folder that cannot be written is the likely cause. */
function unusable(path: string, { message, hint }: OffstageError): Trouble {
  const folder = nearestFolder(path)
  if (may(folder, constants.W_OK)) return problem(message, hint)
  return problem(`${message}; ${folder} cannot be written`, ownIt(folder))
}

/** Where no store is yet, one must be able to come. */
function storeToBe(path: string): Checked {
  const folder = nearestFolder(path)
  if (!may(folder, constants.W_OK))
    return [problem(`${folder} cannot be written, so no store can be made there`, ownIt(folder))]
  const network = troublesOfPlace(path)
  return network.length > 0 ? network : 'none yet; the first command that writes makes it'
}

function faultsOf(path: string, { damage, contradictions }: StoreInspection): readonly Trouble[] {
  const [page] = damage ?? []
  if (page !== undefined) {
    const fix = `stop all workers, keep the file, and restore a backup: ${path}`
    return [problem(`pages are damaged: ${page.replace(/\s+/g, ' ')}`, fix)]
  }
  return (contradictions ?? []).map((text) =>
    problem(`rows contradict each other: ${text}`, 'keep a copy, and report it as a bug'),
  )
}

function troublesOfAccess(path: string): readonly Trouble[] {
  const folder = dirname(path)
  const own = basename(folder) === '.offstage' ? [folder] : []
  const unwritable = [path, folder].find((place) => !may(place, constants.W_OK))
  const fromOthers = [path, ...own].flatMap((place) => troublesOfMode(place, statSync(place)))
  if (unwritable === undefined) return fromOthers
  return [problem(`${unwritable} cannot be written: only commands that read work`, ownIt(unwritable)), ...fromOthers]
}

function troublesOfMode(place: string, stat: Stats): readonly Trouble[] {
  const { mode, uid } = stat
  const me = process.geteuid?.() ?? uid
  if (uid !== me) {
    const message = `${place} belongs to user ${uid}, and this is user ${me}: one of them will be refused`
    return [warning(message, `run all commands as one user, or: chown -R ${me} ${place}`)]
  }
  const right = stat.isDirectory() ? '700' : '600'
  if ((mode & 0o077) === 0) return []
  return [warning(`other users may read ${place} (mode ${(mode & 0o777).toString(8)})`, `chmod ${right} ${place}`)]
}

function troublesOfPlace(path: string): readonly Trouble[] {
  const network = networkFileSystem(nearestFolder(path))
  if (network === null) return []
  const message = `${dirname(path)} is on ${network}, where the locks of SQLite cannot be trusted`
  return [warning(message, 'put the store on a local disk: --store sqlite:/var/lib/jobs.db')]
}

function troublesOfWal(path: string, bytes: number): readonly Trouble[] {
  if (bytes <= largeWal) return []
  const message = `the WAL has ${formatSize(bytes)}: a program has been reading for long, or no worker runs`
  return [warning(message, `end what reads it (lsof ${path}), and start a worker`)]
}

function ownIt(place: string): string {
  return `check its owner and mode, and whether it is mounted read-only: ls -ld ${place}`
}

function may(place: string, mode: number): boolean {
  try {
    accessSync(place, mode)
    return true
  } catch {
    return false
  }
}

function shortPath(path: string, from: string): string {
  const short = relative(from, path)
  return short.startsWith('..') ? path : short
}

/** Where the file of a store is, or will be. */
export function folderOfStore(location: StoreLocation): string | null {
  return location.kind === 'sqlite' ? nearestFolder(location.path) : null
}
