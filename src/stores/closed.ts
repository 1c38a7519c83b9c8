import { StoreUnavailableError } from '../domain/errors.js'

/** What every call on a closed store is answered. */
export function storeClosed(store: string): StoreUnavailableError {
  return new StoreUnavailableError('E_STORE_CLOSED', `store ${store}: it was closed`)
}
