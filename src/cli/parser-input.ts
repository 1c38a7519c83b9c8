import type { Interfaces } from '@oclif/core'
import { isFlag, type ReadArgv } from './argv.js'

type Flags = Interfaces.FlagInput
type Flag = Flags[string]

// oclif refuses a value that looks like a flag, even after `=`. This character hides that it does: no argument of a
// process can have it.
const shield = '\0'

/**
 * The input for oclif's parser, from a command line that was read. The parser checks values, and which flags go
 * together.
 */
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
    // A command finds the words after its declared arguments in the result of `parse`.
    ...(strict === false ? words.slice(0, Object.keys(args).length) : words),
  ]
  const input = { args, strict, enableJsonFlag, constraints, flags: Object.fromEntries(adapted) }
  return { input: input as Interfaces.Input<F, B, A>, argv, switchedOff }
}

function takesAnyText(flag: Flag | undefined): boolean {
  return flag?.type === 'option' && flag.options === undefined
}

/** Without its environment variable and its default: the user said no. */
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
