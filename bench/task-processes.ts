import { join } from 'node:path'
import { plainTaskDefaults } from '../src/domain/request.js'
import { systemClock } from '../src/engine/clock.js'
import { InlineHost } from '../src/engine/hosts/inline-host.js'
import { inProcesses, type TaskProgram } from '../src/engine/hosts/process-host.js'
import type { PoolTasks } from '../src/engine/pool/task-pool.js'
import { drain, enqueueInBulk, withStore } from './engine.js'
import { type Measurement, measureInRounds, type Rate, type Rounds } from './measure.js'
import { noopProgram } from './projects.js'
import { ratioOf } from './ratio.js'
import { taskProcessTargets } from './targets.js'

export interface TaskProcessJobs {
  readonly noop: number
  readonly busy: number
}

/** What it costs that tasks run in processes of their own, and what it brings. */
export interface TaskProcesses {
  readonly rates: readonly TaskProcessRate[]
}

export interface TaskProcessRate extends Rate {
  readonly ratio: number | null
  readonly to: string
  readonly target: number | null
}

/** Ten milliseconds of work, on whatever machine. */
const busyTask = `
export default function noop() {
  const end = performance.now() + 10
  while (performance.now() < end);
}
`

export async function measureTaskProcesses(
  packageRoot: string,
  folder: string,
  program: TaskProgram,
  jobs: TaskProcessJobs,
  rounds: Rounds,
): Promise<TaskProcesses> {
  const busy = inProcesses(noopProgram(packageRoot, join(folder, 'busy'), busyTask), systemClock)
  const rates = await measureInRounds(
    [
      draining('inline', 'no-op jobs, inline, concurrency 100', inline, { concurrency: 100, processes: 1 }, jobs.noop),
      draining(
        'one',
        'no-op jobs, one process, concurrency 100',
        inProcesses(program, systemClock),
        { concurrency: 100, processes: 1 },
        jobs.noop,
      ),
      draining(
        'two',
        'no-op jobs, two processes, concurrency 100',
        inProcesses(program, systemClock),
        { concurrency: 100, processes: 2 },
        jobs.noop,
      ),
      draining('busy.1', 'jobs of 10 ms of work, one process', busy, { concurrency: 1, processes: 1 }, jobs.busy),
      draining('busy.2', 'jobs of 10 ms of work, two processes', busy, { concurrency: 2, processes: 2 }, jobs.busy),
    ],
    rounds,
  )
  const [inlined, one, two, busyOne, busyTwo] = rates
  const { noop: minOfInline, busy: minOfOne } = taskProcessTargets
  const alone = (rate: Rate): TaskProcessRate => ({ ...rate, ratio: null, to: '', target: null })
  const beside = (rate: Rate, other: Rate, to: string, target: number | null): TaskProcessRate => {
    return { ...rate, ratio: ratioOf(rate, other), to, target }
  }
  const told: TaskProcessRate[] = []
  if (inlined !== undefined && one !== undefined && two !== undefined) {
    told.push(alone(inlined), beside(one, inlined, 'inline', null), beside(two, inlined, 'inline', minOfInline))
  }
  if (busyOne !== undefined && busyTwo !== undefined) {
    told.push(alone(busyOne), beside(busyTwo, busyOne, 'one process', minOfOne))
  }
  return { rates: told }
}

function draining(
  id: string,
  title: string,
  tasks: PoolTasks,
  { concurrency, processes }: { readonly concurrency: number; readonly processes: number },
  jobs: number,
): Measurement {
  const run = (folder: string, count: number) =>
    withStore(join(folder, 'jobs.db'), 'full', async (store) => {
      await enqueueInBulk(store, count)
      return drain(store, tasks, concurrency, count, processes)
    })
  return { id: `task-processes.${id}`, title, jobs, run }
}

const noop = { name: 'noop', run: () => undefined, schema: null, dontRetryOn: [], defaults: plainTaskDefaults }
const inline: PoolTasks = {
  start: (listener) =>
    new InlineHost(
      async () => ({
        task: (name) => (name === 'noop' ? noop : undefined),
        catalog: { tasks: [], faults: [], isWhole: true, hasCompiled: false },
      }),
      systemClock,
      listener,
    ),
  cwd: process.cwd(),
}
