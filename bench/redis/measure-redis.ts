import { type Measurement, measureInRounds, type Rate, type Rounds, type Spread, spreadOf } from '../measure.js'
import { measurePickUps, type PickUp } from '../pick-up.js'
import type { Project } from '../projects.js'
import { type Run, type RunCounts, runsOf } from './runs.js'
import { type SharedRedis, withSharedRedis } from './shared-redis.js'
import { sideIds, sidesOn } from './sides.js'

/** Offstage on Redis beside plain BullMQ on the same server. */
export interface BesideBullmq {
  readonly rates: readonly RedisRate[]
  readonly pickUps: readonly PickUp[]
}

export interface RedisRate extends Rate {
  /** CPU microseconds a job: of Redis; of Node with all of its processes, null where there is no /proc. */
  readonly redisUs: Spread
  readonly nodeUs: Spread | null
}

/** Milliseconds between the jobs of which the pick-up is measured. */
const pickUpGapMs = 20

export async function measureBesideBullmq(
  project: Project,
  folder: string,
  counts: RunCounts,
  pickUps: number,
  rounds: Rounds,
): Promise<BesideBullmq> {
  return withSharedRedis(folder, null, async (redis) => {
    const sides = sidesOn(redis, project)
    const measured = runsOf(sides, counts).map((run) => costing(redis, run))
    const rates = await measureInRounds(
      measured.map(({ measurement }) => measurement),
      rounds,
    )
    return {
      rates: rates.map((rate, index) => ({ ...rate, ...measured[index]?.costs(rounds.count) })) as RedisRate[],
      pickUps: await measurePickUps(
        sideIds.map((id) => sides[id]),
        pickUps,
        rounds,
        pickUpGapMs,
      ),
    }
  })
}

/** Its measurement, and the CPU of its last runs: not of the one that warms up. */
function costing(redis: SharedRedis, { id, work, side, jobs, warmsUp, run }: Run) {
  const redisUs: number[] = []
  const nodeUs: (number | null)[] = []
  const measurement: Measurement = {
    id,
    work,
    which: side.title,
    jobs,
    warmsUp,
    run: (folder, count) =>
      side.withBackend(folder, async (address) => {
        const { ms, nodeMs, redisMs } = await run(address, count, redis)
        redisUs.push((redisMs * 1_000) / count)
        nodeUs.push(nodeMs === null ? null : (nodeMs * 1_000) / count)
        return ms
      }),
  }
  const costs = (rounds: number) => {
    const known = nodeUs.slice(-rounds).filter((us) => us !== null)
    return { redisUs: spreadOf(redisUs.slice(-rounds)), nodeUs: known.length === 0 ? null : spreadOf(known) }
  }
  return { measurement, costs }
}
