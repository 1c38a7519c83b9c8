import type { Clock } from '../../domain/clock.js'
import { StoreUnavailableError } from '../../domain/errors.js'
import type { StoreFile } from '../store-file.js'
import { backUp } from './backup.js'
import { compact } from './compact.js'
import { storeExists } from './files.js'
import { upgrade } from './upgrade.js'

/** The file of a SQLite store. */
export function openStoreFile(path: string, clock: Clock): StoreFile {
  const there = () => {
    if (storeExists(path)) return
    throw new StoreUnavailableError(
      'E_STORE_NONE',
      `store ${path}: there is none yet`,
      'check the path; the first command that writes makes it',
    )
  }
  return {
    async backUp(target, signal) {
      there()
      return backUp(path, target, clock, signal)
    },
    async upgrade(blocking) {
      there()
      return upgrade(path, clock, blocking)
    },
    async compact() {
      there()
      return compact(path)
    },
  }
}
