import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Ioredis from 'ioredis'
import { StoreUnavailableError } from '../../domain/errors.js'

/** The client library: an optional peer, so that who keeps jobs in a file need not install it. */
export type RedisClass = typeof Ioredis.Redis

/** Loads it from the project, or from beside this program. Throws StoreUnavailableError if neither has it. */
export function loadIoredis(projectFolder: string): RedisClass {
  return loadedFrom(find(projectFolder))
}

/** Throws StoreUnavailableError if there is none. */
export function ioredisVersion(projectFolder: string): string {
  const { version } = createRequire(find(projectFolder))('ioredis/package.json') as { readonly version: string }
  return version
}

function find(projectFolder: string): string {
  // From there Node does not read the package.json of the folder, which may be a pipe that nobody writes to.
  const within = (folder: string) => join(folder, 'node_modules', 'package.json')
  const places = [
    () => within(projectFolder),
    () => within(process.cwd()), // the folder may be gone
    () => import.meta.url,
  ]
  for (const placeOf of places) {
    const path = orNull(() => createRequire(placeOf()).resolve('ioredis'))
    if (path !== null) return path
  }
  throw new StoreUnavailableError('E_REDIS_CLIENT', 'a store on Redis needs the package ioredis', 'npm install ioredis')
}

function loadedFrom(path: string): RedisClass {
  try {
    const { Redis } = createRequire(import.meta.url)(path) as Partial<typeof Ioredis>
    if (Redis !== undefined) return Redis
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    const [line = ''] = reason.split('\n')
    throw new StoreUnavailableError('E_REDIS_CLIENT', `ioredis cannot be loaded: ${line}`, 'npm install ioredis')
  }
  throw new StoreUnavailableError('E_REDIS_CLIENT', `ioredis is too old: ${path}`, 'npm install ioredis@latest')
}

function orNull(find: () => string): string | null {
  try {
    return find()
  } catch {
    return null
  }
}
