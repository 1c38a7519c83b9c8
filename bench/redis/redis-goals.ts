import { ratioOf } from '../measure.js'
import type { Figures } from '../results.js'
import { type RedisWork, redisRateId, redisWorks } from './runs.js'

/** What Offstage on Redis should reach beside plain BullMQ. */
export const redisGoals = [
  over('enqueue.bulk', 1),
  over('enqueue.in-flight', 1),
  over('enqueue.singly', 0.5),
  over('work.1', 0.8),
  over('work.100', 1),
  {
    work: 'pick-up on Redis, p50 over that of plain BullMQ',
    bound: 'at most',
    target: 1,
    unit: 'ms',
    figure: ({ redis }: Figures) => {
      const [ours, plain] = redis?.pickUps ?? []
      return ours === undefined || plain === undefined ? null : ours.p50Ms - plain.p50Ms
    },
  },
] as const

function over(work: RedisWork, target: number) {
  return {
    work: `on Redis: ${redisWorks[work]}, over plain BullMQ`,
    bound: 'at least',
    target,
    unit: '',
    figure: ({ redis }: Figures) => {
      const [ours, plain] = (['offstage', 'bullmq'] as const).map((side) =>
        redis?.rates.find(({ id }) => id === redisRateId(work, side)),
      )
      return ours === undefined || plain === undefined ? null : ratioOf(ours, plain)
    },
  } as const
}
