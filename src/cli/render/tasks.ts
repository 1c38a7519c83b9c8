import { formatDuration } from '../../domain/duration.js'
import type { Context } from '../context.js'
import { withTasks } from '../run/session.js'
import { table } from './table.js'

/** The tasks of the project, and what is wrong with its modules. */
export function listTasks(context: Context) {
  return withTasks(context, async (_, { tasks, faults }) => ({
    items: tasks.map(({ name, file, line, queue, maxRetries, timeoutMs }) => ({
      name,
      file,
      line,
      queue,
      maxRetries,
      timeoutMs,
      schedule: null,
    })),
    faults,
  }))
}

type TaskItem = Awaited<ReturnType<typeof listTasks>>['items'][number]

export async function tasksTable(items: readonly TaskItem[]): Promise<string> {
  if (items.length === 0) return 'No tasks yet. Export a function from a module of the task directory.'
  return table(
    ['TASK', 'WHERE', 'QUEUE', 'RETRIES', 'TIME LIMIT'],
    items.map((task) => [
      task.name,
      `${relativeToHere(task.file)}:${task.line}`,
      task.queue,
      String(task.maxRetries),
      task.timeoutMs === null ? 'none' : formatDuration(task.timeoutMs),
    ]),
  )
}

function relativeToHere(file: string): string {
  const here = `${process.cwd()}/`
  return file.startsWith(here) ? file.slice(here.length) : file
}
