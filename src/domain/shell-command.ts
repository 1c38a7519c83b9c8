import { UsageError } from './errors.js'
import type { JsonValue } from './json.js'

/** A command and how it is run: what a job of the built-in task has in its arguments. */
export interface ShellCommand {
  /** One word is a line of shell; several are a program and its arguments. */
  readonly words: readonly string[]
  readonly settings: CommandSettings
}

/** How a command is run. */
export interface CommandSettings {
  /** Where it runs, absolute; null: where its worker does. */
  readonly chdir: string | null
  /** Variables beside those of its worker, or instead of them. */
  readonly env: Readonly<Record<string, string>>
  /** What it reads; null: nothing, or what it is given where it runs in the foreground. */
  readonly stdin: string | null
  /** The crontab that has it, a path or `-` for stdin: another import of it may change its schedule. null: it is of none. */
  readonly crontab: string | null
}

export const plainCommand: CommandSettings = { chdir: null, env: {}, stdin: null, crontab: null }

/** The arguments of its job: the words, after an object with what is not the default. */
export function commandArgs({ words, settings }: ShellCommand): readonly JsonValue[] {
  const { chdir, env, stdin, crontab } = settings
  const given: Record<string, JsonValue> = {
    ...(chdir === null ? {} : { chdir }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(stdin === null ? {} : { stdin }),
    ...(crontab === null ? {} : { crontab }),
  }
  return Object.keys(given).length === 0 ? words : [given, ...words]
}

/** The command that the arguments of a job are. Another writer may have put other things than texts among the words. */
export function commandOf(args: readonly JsonValue[]): {
  readonly words: readonly JsonValue[]
  readonly settings: CommandSettings
} {
  const [first] = args
  if (typeof first !== 'object' || first === null || Array.isArray(first))
    return { words: args, settings: plainCommand }
  return { words: args.slice(1), settings: settingsOf(first as { readonly [name: string]: JsonValue }) }
}

function settingsOf({ chdir, env, stdin, crontab }: { readonly [name: string]: JsonValue }): CommandSettings {
  const variables = typeof env === 'object' && env !== null ? Object.entries(env) : []
  return {
    chdir: typeof chdir === 'string' ? chdir : null,
    env: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
    stdin: typeof stdin === 'string' ? stdin : null,
    crontab: typeof crontab === 'string' ? crontab : null,
  }
}

// Offstage itself gives these to each program.
const own = ['OFFSTAGE_JOB_ID', 'OFFSTAGE_ATTEMPT', 'OFFSTAGE_SLOT']

/** A variable as `NAME=value` writes it. Throws UsageError `E_ENV`; `option` is where it was written. */
export function parseVariable(text: string, option: string): readonly [name: string, value: string] {
  const end = text.indexOf('=')
  const name = end < 0 ? text : text.slice(0, end)
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name)
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    const hint = 'it has letters, digits and _, such as LANG=C; it begins with no digit'
    throw new UsageError('E_ENV', `${option}: ${shown} is no name of a variable`, hint)
  }
  if (end < 0) throw new UsageError('E_ENV', `${option}: ${shown} has no value`, `write ${option} ${name}=VALUE`)
  if (own.includes(name)) throw new UsageError('E_ENV', `${option}: ${name} is given by Offstage`, 'use another name')
  return [name, text.slice(end + 1)]
}
