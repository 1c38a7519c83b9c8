import type { Clock } from '../../../domain/clock.js'
import type { StoreImport, TransferRecord } from '../../transfer.js'
import { connectRedis, type RedisConnection } from '../connection.js'
import type { RedisLocation } from '../location.js'
import { transferContext } from './context.js'
import { Filler } from './filler.js'
import { beginFilling, discard } from './filling.js'
import { readMark, seal, unseal } from './mark.js'
import { recordsOf } from './reader.js'

/** A store on Redis that is filled. Throws StoreUnavailableError. */
export async function openRedisImport(location: RedisLocation, clock: Clock): Promise<StoreImport> {
  const connection = await connectRedis(location, clock)
  const context = transferContext(connection, location, clock)
  const filler = new Filler(context)
  const isEmpty = async () => !(await hasKeys(connection, location.prefix))
  return {
    records: () => recordsOf(context),
    mark: () => readMark(context),
    isEmpty,
    begin: async (from) => {
      if ((await readMark(context)) === null && !(await isEmpty())) return 'used'
      return beginFilling(context, from)
    },
    write: (records: readonly TransferRecord[]) => filler.write(records),
    complete: () => filler.complete(),
    open: () => unseal(context),
    reclaim: async (from) => {
      const answer = await seal(context, { state: 'checked', ...from })
      return answer === 'sealed' ? 'reclaimed' : 'busy'
    },
    discard: async () => {
      await discard(context)
      for await (const keys of keysOf(connection, location.prefix)) await connection.command('UNLINK', ...keys)
    },
    close: () => connection.close(),
  }
}

/** Whether anything of ours is there; what a look has left is nothing. */
async function hasKeys(connection: RedisConnection, prefix: string): Promise<boolean> {
  const own = /^(identity$|scan$|ignored|calls:)/
  for await (const keys of keysOf(connection, prefix)) {
    if (keys.some((key) => !own.test(key.slice(`${prefix}::`.length)))) return true
  }
  return false
}

/** Our keys. Walks through all keys of the database. */
async function* keysOf(connection: RedisConnection, prefix: string): AsyncGenerator<readonly string[]> {
  for (let cursor = '0'; ; ) {
    const reply = await connection.command('SCAN', cursor, 'MATCH', `${prefix}::*`, 'COUNT', 1_000)
    const [next, keys] = reply as readonly [string, readonly string[]]
    if (keys.length > 0) yield keys
    if (next === '0') return
    cursor = next
  }
}
