import { ratioOf, type Spread, spreadOf } from '../measure.js'
import { pickUpText } from '../report-pick-up.js'
import { ratioText, table } from '../table.js'
import type { BesideBullmq } from './measure-redis.js'
import type { RedisScale, ScaleLevel } from './measure-redis-scale.js'

export function besideBullmqText({ rates, pickUps }: BesideBullmq): string {
  const rows = rates.map((rate, index) => {
    const { work, which, jobsPerSecond, redisUs, nodeUs } = rate
    const plain = rates[index + 1]
    const isFirst = rates[index - 1]?.work !== work
    return [
      isFirst ? work : '',
      which,
      ...rateCells(jobsPerSecond),
      isFirst && plain !== undefined ? ratioText(ratioOf(rate, plain)) : '',
      redisUs.median.toFixed(0),
      nodeUs?.median.toFixed(0) ?? '-',
    ]
  })
  const heads = ['jobs/s', 'min-max', 'runs', 'over plain', 'Redis us/job', 'Node us/job']
  return `${table(['On one Redis', 'which', ...heads], rows, 2)}\n\n${pickUpText(pickUps, 'Pick-up on one Redis, ms')}`
}

export function redisScaleText({ withoutNetworks, levels }: RedisScale): string {
  const rows = levels.map((level) => {
    const { task, side, workers, jobsPerSecond, redisUs } = level
    const beside = (wanted: Partial<ScaleLevel>) =>
      levels.find((one) =>
        Object.entries({ task, side, workers, ...wanted }).every(([name, value]) => {
          return one[name as keyof ScaleLevel] === value
        }),
      )
    return [
      task === 'wait' ? 'a task that waits 50 ms' : 'a task that does nothing',
      `${side === 'offstage' ? 'Offstage' : 'plain BullMQ'}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      ...rateCells(jobsPerSecond),
      ratioBetween(level, beside({ workers: 1 })),
      side === 'offstage' ? ratioBetween(level, beside({ side: 'bullmq' })) : '',
      redisUs.median.toFixed(0),
    ]
  })
  const text = table(
    ['Workers on one Redis', 'which', 'jobs/s', 'min-max', 'runs', 'of one worker', 'over plain', 'Redis us/job'],
    rows,
    2,
  )
  return withoutNetworks === null
    ? text
    : `${text}\nThe workers shared the network of this machine: ${withoutNetworks}.`
}

function ratioBetween(level: ScaleLevel, to: ScaleLevel | undefined): string {
  if (to === undefined) return ''
  return ratioText(spreadOf(level.perRound.map((rate, round) => rate / (to.perRound[round] ?? Number.NaN))).median)
}

// Three figures: the noise is larger than the fourth.
function rateCells({ median, min, max, runs }: Spread): string[] {
  const [middle, least, most] = [median, min, max].map((rate) => Number(rate.toPrecision(3)).toLocaleString('en'))
  return [middle ?? '', `${least}-${most}`, String(runs)]
}
