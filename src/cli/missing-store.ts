import type { Context } from '../app/context.js'
import { storeBytes } from '../app/metrics/store-bytes.js'
import { say } from './say.js'

/**
 * Says that the store that somebody named is not there. A store is empty until the first command that writes, but a wrong
 * name would look healthy for ever.
 */
export function sayIfMissing({ location }: Context, named: string | undefined): void {
  if (named === undefined || location.kind !== 'sqlite' || storeBytes(location) !== null) return
  say(`there is no store at ${location.path} yet: it counts as empty`)
}
