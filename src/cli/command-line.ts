import type { Interfaces } from '@oclif/core'
import { UsageError } from '../domain/errors.js'
import { nearestName } from '../domain/names.js'
import { type DeclaredFlags, flagNamed, helpAndVersion, isFlag, type ReadArgv, readArgv } from './argv.js'

/** What a whole command line asks for. */
export type CommandLine =
  | { readonly kind: 'version' }
  /** Of a command or a topic; null: of the program. */
  | { readonly kind: 'help'; readonly id: string | null }
  | { readonly kind: 'command'; readonly id: string; readonly argv: readonly string[] }

/** The commands there are, as oclif knows them. */
export type Commands = Pick<Interfaces.Config, 'commands' | 'findCommand' | 'findTopic'>

/** Finds the command. Global flags may stand before and between its words. Throws UsageError if there is none. */
export function readCommandLine(typed: readonly string[], globals: DeclaredFlags, commands: Commands): CommandLine {
  const everywhere = { ...globals, ...helpAndVersion }
  const { words, behind } = wordsFirst(typed, everywhere)
  const id = commandOf(words, commands)
  const flags = id === null ? {} : commands.findCommand(id)?.flags
  const argv = [...words.slice(id?.split(':').length ?? 0), ...behind]
  const read = readArgv(argv, { ...everywhere, ...flags })
  if (read.booleans.get('help') === true) return { kind: 'help', id: id ?? topicOf(words, commands) }
  if (read.booleans.get('version') === true) return { kind: 'version' }
  if (id !== null) return { kind: 'command', id, argv }
  if (behind.length > 0) refuseFlagsAlone(words, read, commands)
  return { kind: 'help', id: topicOf(words, commands) }
}

/** The words that may name the command, and all that comes behind them, with the global flags that stood among them. */
function wordsFirst(typed: readonly string[], globals: DeclaredFlags) {
  const rest = [...typed]
  const [words, hoisted]: [string[], string[]] = [[], []]
  for (let word = rest[0]; word !== undefined && word !== '--'; word = rest[0]) {
    if (isFlag(word)) {
      const length = lengthOfFlag(word, rest[1], globals)
      if (length === 0) break
      hoisted.push(...rest.splice(0, length))
    } else words.push(...rest.splice(0, 1))
  }
  return { words, behind: [...hoisted, ...rest] }
}

/** How many words a global flag takes; 0 if it is none. */
function lengthOfFlag(word: string, next: string | undefined, globals: DeclaredFlags): number {
  const name = flagNamed(word, globals)
  if (name === null) return 0
  const takesNext = globals[name]?.type === 'option' && !word.includes('=') && next !== undefined && !isFlag(next)
  return takesNext ? 2 : 1
}

/** The longest command that the words begin with. */
function commandOf(words: readonly string[], commands: Commands): string | null {
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(':')
    if (commands.findCommand(id) !== undefined) return id
  }
  return null
}

/** The topic that the words are; null for the program itself. Throws UsageError if they are none. */
function topicOf(words: readonly string[], commands: Commands): string | null {
  if (words.length === 0) return null
  const id = words.join(':')
  if (commands.findTopic(id) !== undefined) return id
  throw unknownCommand(words, commands)
}

function refuseFlagsAlone(words: readonly string[], { mistakes, command }: ReadArgv, commands: Commands): never {
  const topic = topicOf(words, commands)
  if (topic !== null) {
    throw new UsageError('E_USAGE', `${topic} needs a command before its flags`, `see "offstage ${topic} --help"`)
  }
  const [mistake] = mistakes
  if (mistake !== undefined) throw mistake
  if (command === null) throw new UsageError('E_USAGE', 'there is no command', 'see "offstage --help"')
  throw new UsageError('E_USAGE', 'there is no command before "--"', 'to run one as a job: offstage run -- make test')
}

/** Names the command that was probably meant. Two words may be a command and its argument. */
function unknownCommand(words: readonly string[], commands: Commands): UsageError {
  const ids = commands.commands.filter(({ hidden }) => hidden !== true).map(({ id }) => id.replaceAll(':', ' '))
  const [first = '', second] = words
  const both = second === undefined ? null : `${first} ${second}`
  const nearest = (both === null ? null : nearestName(both, ids)) ?? nearestName(first, ids)
  const isTopic = commands.findTopic(first) !== undefined
  const name = both !== null && (isTopic || nearest?.includes(' ')) ? both : first
  const help = `see "offstage ${isTopic ? `${first} ` : ''}--help"`
  const hint = nearest === null ? help : `did you mean "offstage ${nearest}"?`
  return new UsageError('E_UNKNOWN_COMMAND', `no command ${name === '' ? '""' : name}`, hint)
}
