/** The built-in task that `run -- COMMAND` makes jobs of. No task of a project can have its name. */
export const shellTask = 'shell'
