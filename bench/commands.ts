import { spawnSync } from 'node:child_process'

export interface Command {
  readonly title: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Whether exit code 1 is an answer too. */
  readonly mayFail?: boolean
}

/** Whole processes of Node from spawn to exit, all in turn, round after round: the milliseconds of each. */
export function timesOf(commands: readonly Command[], env: NodeJS.ProcessEnv, rounds: number): number[][] {
  const times = commands.map((): number[] => [])
  // Round 0 fills the caches of the disk and of compiled modules.
  for (let round = 0; round <= rounds; round++) {
    commands.forEach((command, index) => {
      const elapsedMs = timeOf(command, env)
      if (round > 0) times[index]?.push(elapsedMs)
    })
  }
  return times
}

function timeOf({ title, args, cwd, mayFail = false }: Command, env: NodeJS.ProcessEnv): number {
  const start = performance.now()
  const { status, signal, stderr, error } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' })
  const elapsedMs = performance.now() - start
  if (status === 0 || (mayFail && status === 1)) return elapsedMs
  // A command that fails is quick.
  throw new Error(`${title} ended with ${error?.message ?? signal ?? `exit code ${status}`}: ${stderr}`)
}
