import { fork } from 'node:child_process'
import { once } from 'node:events'
import { childEnvironment } from '../child-environment.js'
import { ProjectError } from '../domain/errors.js'
import { configProgram } from './task-program.js'

/** What the config process answers. */
export type ConfigAnswer = { readonly config: unknown } | { readonly message: string }

/** The default export of a config file that is code, evaluated in a short-lived process. Throws ProjectError. */
export async function evaluateConfig(file: string, cwd: string): Promise<unknown> {
  const program = configProgram(file, cwd)
  const child = fork(program.entry, [...program.args], {
    cwd,
    env: childEnvironment(),
    execArgv: [...program.execArgv],
    stdio: ['ignore', 2, 2, 'ipc'],
    timeout: program.loadLimitMs,
    killSignal: 'SIGKILL',
  })
  let answer: ConfigAnswer | null = null
  child.on('message', (message: ConfigAnswer) => {
    answer = message
  })
  await once(child, 'close')
  const given = answer as ConfigAnswer | null
  if (given === null)
    throw new ProjectError(
      'E_CONFIG',
      `${file}: its process ended before it was evaluated, or took longer than a minute`,
    )
  if ('message' in given) throw new ProjectError('E_CONFIG', given.message)
  return given.config
}
