/**
 * The environment for a Node process of ours, without what another Node of this one's family would act on: under `node --watch`
 * each child sends the names of its modules through the channel that our messages use.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { WATCH_REPORT_DEPENDENCIES: _, ...environment } = process.env
  return environment
}
