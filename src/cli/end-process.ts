/** `process.exit` as it is without the guard that it gets while tasks run in this process. */
export const endProcess: (exitCode?: number | string | null) => never = process.exit.bind(process)
