/** The built-in task that `run -- COMMAND` makes jobs of. No task of a project can have its name. */
export const shellTask = 'shell'

/** The name that the statistics count a job under: a command is `shell`, and its schedule says more. */
export function statisticsName(task: string, schedule: string | null): string {
  return task === shellTask && schedule !== null ? schedule : task
}
