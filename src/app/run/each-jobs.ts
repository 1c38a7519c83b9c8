import type { NewJob } from '../../domain/job.js'
import { type EnqueueOptions, makeJob } from '../../domain/request.js'
import { systemClock } from '../../engine/clock.js'
import type { TaskInfo } from '../../engine/ipc/messages.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import { inBatches } from '../batches.js'

/** The arguments of one job, as the JSON text of an array, and the line that they come from. */
export interface ArgumentsLine {
  readonly number: number
  readonly argsJson: string
}

/** A line of which no job can be made, and why. */
export interface BadLine {
  readonly number: number
  readonly what: string
}

/** The lines whose arguments the task refuses. */
export async function refusedLines(
  pool: TaskPool,
  task: TaskInfo,
  lines: readonly ArgumentsLine[],
): Promise<readonly BadLine[]> {
  const refused: BadLine[] = []
  for (const some of inBatches(lines)) {
    const verdicts = await pool.check(some.map(({ argsJson }) => ({ task: task.name, argsJson })))
    some.forEach((line, index) => {
      const what = verdicts[index]
      if (what != null) refused.push({ number: line.number, what })
    })
  }
  return refused
}

/** One job of the task for each line. Throws UsageError. */
export function jobsOfLines(
  task: TaskInfo,
  lines: readonly ArgumentsLine[],
  options: EnqueueOptions,
): readonly NewJob[] {
  const now = systemClock.now()
  return lines.map(({ argsJson }) => makeJob(task.name, task, argsJson, options, now))
}
