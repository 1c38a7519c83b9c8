import { UsageError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import { openStoreFile } from '../../open.js'
import type { StoreFile } from '../../stores/store-file.js'
import type { Context } from '../context.js'

/** The file of the store. Throws UsageError for a store without one; `what` names the command. */
export async function storeFileOf({ location }: Context, what: string): Promise<StoreFile> {
  if (location.kind === 'sqlite') return openStoreFile(location, systemClock)
  throw new UsageError('E_STORE_MEMORY', `${what}: the store memory: has no file`, 'name a file with --store')
}

/** Where that file is. */
export function pathOf({ location }: Context): string {
  return location.kind === 'sqlite' ? location.path : ''
}
