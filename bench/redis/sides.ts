import type { Project } from '../projects.js'
import { offstage } from '../systems/offstage.js'
import { asSystem } from '../systems/peer-worker.js'
import { peers } from '../systems/peers.js'
import type { System } from '../systems/system.js'
import type { SharedRedis } from './shared-redis.js'

export const sideIds = ['offstage', 'bullmq'] as const
export type SideId = (typeof sideIds)[number]

/** Offstage and plain BullMQ on the same server. */
export function sidesOn(redis: SharedRedis, project: Project): Readonly<Record<SideId, System>> {
  const plain = peers.find(({ id }) => id === 'bullmq-everysec')
  if (plain === undefined) throw new Error('there is no BullMQ among the peers')
  return {
    offstage: {
      ...offstage(project)[0],
      title: 'Offstage',
      withBackend: (_, use) => emptied(redis, () => use(redisUrlOf(redis))),
    },
    bullmq: {
      ...asSystem(plain),
      title: 'plain BullMQ',
      withBackend: (_, use) => emptied(redis, () => use(String(redis.port))),
    },
  }
}

export function redisUrlOf({ port }: SharedRedis, host = '127.0.0.1'): string {
  return `redis://${host}:${port}`
}

async function emptied<T>(redis: SharedRedis, use: () => Promise<T>): Promise<T> {
  await redis.empty()
  return use()
}
