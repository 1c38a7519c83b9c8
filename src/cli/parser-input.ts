import type { Interfaces } from '@oclif/core'
import { isFlag, type ReadArgv } from './argv.js'

type Flags = Interfaces.FlagInput
type Flag = Flags[string]

// oclif refuses a value that begins as one of the flags does, even one that was given with `=`. No argument of a process
// can hold this character.
const shield = '\0'

/** What oclif's parser is given of a command line that has been read: the parser checks values, and how flags go together. */
export function parserInput<
  F extends Record<string, unknown>,
  B extends Record<string, unknown>,
  A extends Record<string, unknown>,
>({ options, booleans, words }: ReadArgv, command: Interfaces.Input<F, B, A>) {
  const { args = {}, strict, enableJsonFlag, constraints } = command
  const flags = { ...command.baseFlags, ...command.flags } as Flags
  const switchedOff = Object.fromEntries([...booleans].filter(([, isOn]) => !isOn))
  const adapted = Object.entries(flags).map(([name, flag]) => [
    name,
    Object.hasOwn(switchedOff, name) ? unasked(flag) : unshielded(flag),
  ])
  const argv = [
    ...[...booleans].flatMap(([name, isOn]) => (isOn ? `--${name}` : [])),
    ...options.flatMap(([name, value]) => [
      `--${name}`,
      isFlag(value) && takesAnyText(flags[name]) ? shield + value : value,
    ]),
    '--',
    // What a command takes beside its declared arguments it reads from the result.
    ...(strict === false ? words.slice(0, Object.keys(args).length) : words),
  ]
  const input = { args, strict, enableJsonFlag, constraints, flags: Object.fromEntries(adapted) }
  return { input: input as Interfaces.Input<F, B, A>, argv, switchedOff }
}

function takesAnyText(flag: Flag | undefined): boolean {
  return flag?.type === 'option' && flag.options === undefined
}

/** Neither its environment variable nor its default counts: the user said no. */
function unasked(flag: Flag): object {
  return { ...flag, env: undefined, default: undefined }
}

function unshielded(flag: Flag): object {
  if (!takesAnyText(flag) || flag.type !== 'option') return flag
  const { parse } = flag
  return {
    ...flag,
    parse: (input: string, ...context: Tail<Parameters<typeof parse>>) =>
      parse(input.startsWith(shield) ? input.slice(shield.length) : input, ...context),
  }
}

type Tail<T extends readonly unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never
