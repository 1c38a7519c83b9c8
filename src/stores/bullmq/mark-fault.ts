import type { StoreLostError } from '../../domain/errors.js'
import { movedStore } from '../moved.js'
import type { MoveMark } from '../transfer.js'
import type { RedisConnection } from './connection.js'
import { type RedisLocation, redisUrl } from './location.js'

/** Why nobody uses the store whose keys begin with `own`; null if somebody may. `store`: as the message names it. */
export async function markFault(
  connection: RedisConnection,
  own: string,
  store: string,
): Promise<StoreLostError | null> {
  const reply = await connection.command('HMGET', `${own}moved`, 'state', 'other')
  const [state, other] = reply as readonly [MoveMark['state'] | null, string]
  return state === null ? null : movedStore(store, { state, other })
}

/** Throws StoreLostError if the store takes part in a move. */
export async function refuseMarked(connection: RedisConnection, location: RedisLocation): Promise<void> {
  const fault = await markFault(connection, `${location.prefix}::`, `store ${redisUrl(location)}`)
  if (fault !== null) throw fault
}
