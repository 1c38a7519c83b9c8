import { UsageError } from '../domain/errors.js'
import { nearestName } from '../domain/names.js'
import type { ReadArgv } from './argv.js'

type Args = Readonly<Record<string, { readonly required?: boolean; readonly description?: string }>>
type Flags = Readonly<Record<string, { readonly multiple?: boolean; readonly options?: readonly string[] }>>

/** What a command takes, as oclif declares it. */
interface Declared {
  readonly args?: object
  readonly flags?: object
  readonly baseFlags?: object
  readonly strict?: boolean | undefined
}

/** Throws UsageError for words that are missing or too many, and for values that a flag does not take. */
export function checkLine(line: ReadArgv, declared: Declared, takesCommand: boolean): void {
  const [mistake] = line.mistakes
  if (mistake !== undefined) throw mistake
  if (!takesCommand || line.command === null) checkWords(line.words, declared)
  else if ((line.command[0] ?? '').trim() === '') {
    throw new UsageError('E_ARGUMENTS', 'there is no command after "--"', 'such as: -- make test')
  }
  checkOptions(line.options, { ...declared.baseFlags, ...declared.flags } as Flags)
}

function checkWords(words: readonly string[], { args = {}, strict }: Declared): void {
  const declared = Object.entries(args as Args)
  for (const [index, [name, arg]] of declared.entries()) {
    const description = arg.description ?? ''
    const hint = `${description.charAt(0).toLowerCase()}${description.slice(1)}` || null
    const problem = words[index] === '' ? 'empty' : words[index] === undefined && arg.required ? 'missing' : null
    if (problem !== null) throw mistaken(`${name.toUpperCase()} is ${problem}`, hint)
  }
  const extra = words[declared.length]
  if (strict !== false && extra !== undefined) {
    throw mistaken(`${JSON.stringify(extra)} is one argument too many`, 'see --help for what the command takes')
  }
}

function checkOptions(options: ReadArgv['options'], flags: Flags): void {
  const seen = new Set<string>()
  for (const [name, value] of options) {
    const flag = flags[name]
    if (seen.has(name) && flag?.multiple !== true) throw mistaken(`--${name} is given twice`, 'give it once')
    seen.add(name)
    if (flag?.options === undefined || flag.options.includes(value)) continue
    const nearest = nearestName(value, flag.options)
    const all = `there are ${flag.options.join(', ')}`
    const hint = nearest === null ? all : `did you mean "${nearest}"? ${all}`
    throw mistaken(`--${name}: there is no ${JSON.stringify(value)}`, hint)
  }
}

function mistaken(message: string, hint: string | null): UsageError {
  return new UsageError('E_USAGE', message, hint)
}
