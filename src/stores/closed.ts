import { StoreLostError } from '../domain/errors.js'

/** What every call on a closed store is answered. */
export function storeClosed(store: string): StoreLostError {
  return new StoreLostError('E_STORE_CLOSED', `store ${store}: it was closed`)
}
