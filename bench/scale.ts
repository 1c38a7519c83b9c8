import { join } from 'node:path'
import { systemClock } from '../src/engine/clock.js'
import { inProcesses, type TaskProgram } from '../src/engine/hosts/process-host.js'
import { drain, enqueueInBulk, withStore } from './engine.js'
import { type Rate, spreadOf } from './measure.js'
import { type Memory, measureMemory } from './memory.js'
import { noopTask, projectWithTask } from './projects.js'
import { ratioOf } from './ratio.js'
import { scaleTargets } from './targets.js'

export interface ScaleJobs {
  /** How many wait, the fewest first: what the others are told from. */
  readonly waiting: readonly number[]
  /** How many of them are drained each time. */
  readonly drained: number
  /** At least so many are, where memory is measured. */
  readonly drainedForMemory: number
  readonly rounds: number
}

/** Whether it matters how many jobs wait. */
export interface Scale {
  readonly rates: readonly ScaleRate[]
  /** Empty where the system does not tell. */
  readonly memory: readonly Memory[]
  readonly targets: typeof scaleTargets
}

export interface ScaleRate extends Rate {
  readonly waiting: number
  /** The rate over that with the fewest waiting; null for those. */
  readonly ratioToFewest: number | null
}

interface Level {
  readonly waiting: number
  readonly project: string
  readonly perRound: number[]
}

const concurrency = 100

/** Each round drains as many jobs of each store, in turn. */
export async function measureScale(
  packageRoot: string,
  folder: string,
  program: TaskProgram,
  jobs: ScaleJobs,
): Promise<Scale> {
  const levels: Level[] = jobs.waiting.map((waiting) => {
    const project = projectWithTask(join(folder, `scale-${waiting}`), 'noop', noopTask)
    return { waiting, project, perRound: [] }
  })
  for (const { waiting, project } of levels) {
    await withStore(storeOf(project), 'full', (store) => enqueueInBulk(store, waiting))
  }
  for (let round = 0; round <= jobs.rounds; round++) {
    for (const { project, waiting, perRound } of levels) {
      const perSecond = await drainAndRefill(project, program, jobs.drained, waiting)
      if (round > 0) perRound.push(perSecond) // round 0 warms up
    }
  }
  const memory: Memory[] = []
  for (const { waiting, project } of levels.slice(1)) {
    memory.push(
      ...(await measureMemory(packageRoot, { project, store: storeOf(project), waiting }, jobs.drainedForMemory)),
    )
  }
  return { rates: ratesOf(levels, jobs.drained), memory, targets: scaleTargets }
}

/** As many wait before as afterwards: what was claimed ahead has ended too when the worker has. */
function drainAndRefill(project: string, program: TaskProgram, count: number, waiting: number): Promise<number> {
  return withStore(storeOf(project), 'full', async (store) => {
    const spentMs = await drain(store, inProcesses(program, systemClock), concurrency, count)
    const queues = await store.queues()
    await enqueueInBulk(store, waiting - queues.reduce((sum, { counts }) => sum + counts.queued, 0))
    return (count / spentMs) * 1_000
  })
}

function ratesOf(levels: readonly Level[], jobs: number): ScaleRate[] {
  const rates = levels.map(({ waiting, perRound }) => ({
    id: `scale.${waiting}`,
    title: `drain ${jobs.toLocaleString('en')} of ${waiting.toLocaleString('en')} waiting`,
    jobs,
    jobsPerSecond: spreadOf(perRound),
    perRound,
    waiting,
  }))
  const [fewest] = rates
  return rates.map((rate) => {
    const ratioToFewest = fewest === undefined || rate === fewest ? null : ratioOf(rate, fewest)
    return { ...rate, ratioToFewest }
  })
}

function storeOf(project: string): string {
  return join(project, '.offstage/jobs.db')
}
