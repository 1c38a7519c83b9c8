import type { Clock } from '../../../domain/clock.js'
import { OffstageError, StoreUnavailableError } from '../../../domain/errors.js'
import type { StoreExport } from '../../transfer.js'
import { connectRedis } from '../connection.js'
import { identity } from '../identity.js'
import { type RedisLocation, redisUrl } from '../location.js'
import { workers } from '../workers.js'
import { adopt } from './adopt.js'
import { transferContext } from './context.js'
import { readMark, remark, seal, unseal } from './mark.js'
import { recordsOf } from './reader.js'

/** A store on Redis that is moved. Throws StoreUnavailableError. */
export async function openRedisExport(location: RedisLocation, clock: Clock): Promise<StoreExport> {
  const connection = await connectRedis(location, clock)
  const context = transferContext(connection, location, clock)
  if (
    (await connection.command(
      'EXISTS',
      `${location.prefix}::id`,
      `${location.prefix}::schedules`,
      `${location.prefix}::queues`,
    )) === 0
  ) {
    await connection.close()
    throw new StoreUnavailableError('E_STORE_NONE', `store ${redisUrl(location)}: there is none yet`, 'check the URL')
  }
  return {
    records: () => recordsOf(context),
    mark: () => readMark(context),
    identity: () => identity(context),
    workers: () => workers(context),
    seal: async (other) => {
      const answer = await seal(context, { state: 'moving', other, identity: await identity(context) })
      if (answer === 'busy') return answer
      if (answer === 'sealed') {
        await adopt(context)
        return answer
      }
      const [what, queue] = answer.split(' ')
      const why = what === 'runs' ? 'run on workers of BullMQ' : 'are part of flows of BullMQ'
      throw new OffstageError(
        'E_WORKERS_ALIVE',
        `store ${redisUrl(location)}: jobs of the queue ${queue} ${why}`,
        'wait for them, or remove them',
      )
    },
    markMoved: () => remark(context, 'moved'),
    unseal: () => unseal(context),
    close: () => connection.close(),
  }
}
