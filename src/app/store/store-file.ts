import { UsageError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import { openStoreFile } from '../../open.js'
import type { StoreFile } from '../../stores/store-file.js'
import type { Context } from '../context.js'

type FileCommand = 'store backup' | 'store upgrade' | 'store compact'

const insteadOnRedis: Readonly<Record<FileCommand, string>> = {
  'store backup': 'let Redis make the copy: redis-cli --rdb FILE, or copy its own files',
  'store upgrade': 'it has no schema: restart the workers with the new version',
  'store compact': 'Redis uses freed memory again; "offstage jobs prune" removes old jobs',
}

/** The file of the store. Throws UsageError for a store without one; `what` names the command. */
export async function storeFileOf({ location }: Context, what: FileCommand): Promise<StoreFile> {
  if (location.kind === 'sqlite') return openStoreFile(location, systemClock)
  if (location.kind === 'redis') {
    throw new UsageError('E_STORE_REDIS', `${what}: a store on Redis has no file`, insteadOnRedis[what])
  }
  throw new UsageError('E_STORE_MEMORY', `${what}: the store memory: has no file`, 'name a file with --store')
}

/** Where that file is. */
export function pathOf({ location }: Context): string {
  return location.kind === 'sqlite' ? location.path : ''
}
