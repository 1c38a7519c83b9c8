import { busyMeasurements } from './busy.js'
import { machineFacts } from './machine.js'
import { type Measurement, measureInRounds, type Rounds } from './measure.js'
import { measureMillions } from './millions.js'
import type { Options, Part } from './options.js'
import { measurePickUps } from './pick-up.js'
import { makeWorkProject, type Project } from './projects.js'
import { rawOf } from './raw-floor.js'
import type { Figures } from './results.js'
import { measureScale } from './scale.js'
import { offstage } from './sides/offstage.js'
import { asSide } from './sides/peer-worker.js'
import { peers } from './sides/peers.js'
import { type Side, type Work, works } from './sides/side.js'
import { measurementsOf } from './sides.js'
import { measureStartUp } from './startup.js'

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
  const sides = sidesOf(options, project)
  const part = async <T>(name: Part, otherwise: T, use: () => Promise<T>): Promise<T> => {
    if (!parts.has(name)) return otherwise
    process.stderr.write(`${name}\n`)
    return use()
  }
  const queues = await measureInRounds(queueMeasurements(options, sides), rounds)
  const busy = await part('tasks', [], () => measureInRounds(busyMeasurements(project, options.busyJobs), rounds))
  const pickUps = await part('pickup', [], () => measurePickUps(pickUpSides(project), options.pickUps, rounds))
  const scale = await part('scale', [], () => measureScale(project, folder, options.scale))
  const millions = await part('scale', null, () => measureMillions(project, folder, options.millions))
  const startUp = await part('startup', [], () => measureStartUp(packageRoot, folder, options.startUpRounds))
  const leftOut = sides.flatMap((side) => {
    const missing = side.missing()
    return missing === null ? [] : [{ side: side.title, missing }]
  })
  return { machine, quick, rates: [...queues, ...busy, ...scale], leftOut, pickUps, millions, startUp }
}

/** Peers need the engine to be compared with. */
function sidesOf({ parts }: Options, project: Project): Side[] {
  const [full, relaxed] = offstage(project)
  const others = parts.has('peers') ? peers.map(asSide) : []
  return parts.has('engine') || parts.has('peers') ? [full, ...others, relaxed] : []
}

function queueMeasurements({ parts, jobs }: Options, sides: readonly Side[]): Measurement[] {
  return (Object.keys(works) as Work[]).flatMap((work) => [
    ...(parts.has('store') ? rawOf(work, jobs) : []),
    ...measurementsOf(sides, work, jobs),
  ])
}

/** Redis only as it is mostly run. */
function pickUpSides(project: Project): Side[] {
  const others = peers.filter(({ id, serve }) => serve !== null && !id.endsWith('-always'))
  return [offstage(project)[0], ...others.map(asSide)].filter((side) => side.missing() === null)
}
