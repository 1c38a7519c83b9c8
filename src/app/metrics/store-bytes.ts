import { statSync } from 'node:fs'
import type { StoreLocation } from '../../open.js'

/** The size of the store's file with its write-ahead log; null if it is no file, or not there yet. */
export function storeBytes(location: StoreLocation): number | null {
  if (location.kind !== 'sqlite') return null
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? null
  const bytes = sizeOf(location.path)
  return bytes === null ? null : bytes + (sizeOf(`${location.path}-wal`) ?? 0)
}
