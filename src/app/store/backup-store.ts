import type { Backup, BackupTarget } from '../../stores/store-file.js'
import type { Context } from '../context.js'
import { storeFileOf } from './store-file.js'

/** Copies the store, which others may read and write meanwhile, to a file. Rejects with the signal's reason when it fires. */
export async function backUpStore(context: Context, target: BackupTarget, signal: AbortSignal): Promise<Backup> {
  return (await storeFileOf(context, 'store backup')).backUp(target, signal)
}
