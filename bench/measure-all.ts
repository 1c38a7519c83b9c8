import { backgroundMeasurements } from './background.js'
import { busyMeasurements } from './busy.js'
import { measureEmbedded } from './embedded/measure-embedded.js'
import { machineFacts } from './machine.js'
import { type Measurement, measureInRounds, type Rounds } from './measure.js'
import { measureMillions } from './millions.js'
import type { Options, Part } from './options.js'
import { measurePickUps } from './pick-up.js'
import { makeWorkProject, type Project } from './projects.js'
import { measurementsOf } from './queue-measurements.js'
import { rawOf } from './raw-floor.js'
import { measureBesideBullmq } from './redis/measure-redis.js'
import { measureRedisScale } from './redis/measure-redis-scale.js'
import type { Figures } from './results.js'
import { measureScale } from './scale.js'
import { measureStartUp } from './startup.js'
import { offstage } from './systems/offstage.js'
import { asSystem } from './systems/peer-worker.js'
import { peers } from './systems/peers.js'
import { redisVersion } from './systems/redis-server.js'
import { type System, type Work, works } from './systems/system.js'

/** The parts that are asked for, one after the other. */
export async function measureAll(
  options: Options,
  packageRoot: string,
  folder: string,
  rounds: Rounds,
): Promise<Figures> {
  const { parts, quick } = options
  const machine = machineFacts(folder)
  const project = makeWorkProject(packageRoot, `${folder}/project`)
  const systems = systemsOf(options, project)
  const part = async <T>(name: Part, otherwise: T, use: () => Promise<T>): Promise<T> => {
    if (!parts.has(name)) return otherwise
    process.stderr.write(`${name}\n`)
    return use()
  }
  const queues = await measureInRounds(queueMeasurements(options, systems), rounds)
  const busy = await part('tasks', [], () => measureInRounds(busyMeasurements(project, options.busyJobs), rounds))
  const background = await part('background', [], () =>
    measureInRounds(backgroundMeasurements(options.backgroundTasks), rounds),
  )
  const pickUps = await part('pickup', [], () => measurePickUps(pickUpSystems(project), options.pickUps, rounds))
  const scale = await part('scale', [], () => measureScale(project, folder, options.scale))
  const millions = await part('scale', null, () => measureMillions(project, folder, options.millions))
  const startUp = await part('startup', [], () => measureStartUp(packageRoot, folder, options.startUpRounds))
  const embedded = await part('embedded', [], () => measureEmbedded(project, options.embeddedSeconds, rounds))
  const hasRedis = redisVersion() !== null
  const redis = await part('redis', null, async () =>
    hasRedis ? measureBesideBullmq(project, folder, options.redis, options.pickUps, rounds) : null,
  )
  const redisScale = await part('redis-scale', null, async () =>
    hasRedis ? measureRedisScale(project, folder, options.redisScale, rounds) : null,
  )
  const leftOut = systems.flatMap((system) => {
    const missing = system.missing()
    return missing === null ? [] : [{ system: system.title, missing }]
  })
  const rates = [...queues, ...busy, ...background, ...scale]
  return { machine, quick, rates, leftOut, pickUps, millions, startUp, embedded, redis, redisScale }
}

/** Peers need the engine to be compared with. */
function systemsOf({ parts }: Options, project: Project): System[] {
  const [full, relaxed] = offstage(project)
  const others = parts.has('peers') ? peers.map(asSystem) : []
  return parts.has('engine') || parts.has('peers') ? [full, ...others, relaxed] : []
}

function queueMeasurements({ parts, jobs }: Options, systems: readonly System[]): Measurement[] {
  return (Object.keys(works) as Work[]).flatMap((work) => [
    ...(parts.has('store') ? rawOf(work, jobs) : []),
    ...measurementsOf(systems, work, jobs),
  ])
}

/** Redis only as it is mostly run. */
function pickUpSystems(project: Project): System[] {
  const others = peers.filter(({ id, serve }) => serve !== null && !id.endsWith('-always'))
  return [offstage(project)[0], ...others.map(asSystem)].filter((system) => system.missing() === null)
}
