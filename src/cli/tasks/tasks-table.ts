import { formatDuration } from '../../domain/duration.js'
import type { TaskItem } from '../../views/task.js'
import { type Look, lookOfStdout } from '../look.js'
import { table } from '../table.js'

export async function tasksTable(items: readonly TaskItem[], look: Look = lookOfStdout()): Promise<string> {
  if (items.length === 0) return 'No tasks yet. Export a function from a module of the task directory.'
  return table(
    [
      'TASK',
      { heading: 'DESCRIPTION', flexible: true },
      { heading: 'WHERE', flexible: true },
      { heading: 'QUEUE', optional: true },
      { heading: 'RETRIES', align: 'right', optional: true },
      { heading: 'TIME LIMIT', align: 'right', optional: true },
      { heading: 'SCHEDULE', flexible: true },
    ],
    items.map((task) => [
      task.name,
      task.description ?? '',
      `${relativeToHere(task.file)}:${task.line}`,
      task.queue,
      String(task.maxRetries),
      task.timeoutMs === null ? 'none' : formatDuration(task.timeoutMs),
      task.schedule ?? '',
    ]),
    look,
  )
}

/** The path of a file from the current folder, if the file is below it. */
export function relativeToHere(file: string): string {
  const here = `${process.cwd()}/`
  return file.startsWith(here) ? file.slice(here.length) : file
}
