import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { UsageError } from '../domain/errors.js'
import { type CommandSettings, parseVariable, plainCommand } from '../domain/shell-command.js'
import { isFolder } from '../project/find.js'

/** The flags that say how a command is run. */
export const commandFlags = {
  chdir: Flags.string({ summary: 'Run the command in this folder. Default: the current one', helpValue: 'DIR' }),
  env: Flags.string({
    multiple: true,
    summary: 'Give the command this variable; may be given several times',
    helpValue: 'NAME=VALUE',
  }),
}

export interface CommandFlagValues {
  readonly chdir?: string | undefined
  readonly env?: readonly string[] | undefined
}

/** What the flags say. Without --chdir a command runs in the folder in which it was given. Throws UsageError. */
export function commandSettings({ chdir, env = [] }: CommandFlagValues): CommandSettings {
  const variables = env.map((text) => parseVariable(text, '--env'))
  const folder = chdir === undefined ? currentFolder() : existingFolder(chdir, '--chdir')
  return { ...plainCommand, chdir: folder, env: Object.fromEntries(variables) }
}

/** Refuses the flags for a task: its folder and environment are those of its project. Throws UsageError. */
export function refuseCommandFlags({ chdir, env }: CommandFlagValues): void {
  const flag = chdir === undefined ? (env === undefined ? null : '--env') : '--chdir'
  if (flag === null) return
  throw new UsageError('E_USAGE', `${flag} is for commands`, `write: ${flag} ... -- COMMAND`)
}

/** The folder, absolute. Throws UsageError `E_CWD` if it is not there. */
export function existingFolder(folder: string, option: string): string {
  const path = resolve(currentFolder(), folder)
  if (isFolder(path)) return path
  throw new UsageError('E_CWD', `${option}: there is no folder ${path}`)
}

/**
 * The current folder as the shell calls it. A link on its way stays one: where it points to may be another folder by the
 * time that the command runs.
 */
function currentFolder(): string {
  const actual = process.cwd()
  const { PWD } = process.env
  if (PWD === undefined || !PWD.startsWith('/')) return actual
  try {
    const [named, real] = [statSync(PWD), statSync(actual)]
    return named.ino === real.ino && named.dev === real.dev ? PWD : actual
  } catch {
    return actual
  }
}
