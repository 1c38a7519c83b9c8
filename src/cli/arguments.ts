import { UsageError } from '../domain/errors.js'
import { toJsonText } from '../domain/json.js'
import { readInputFile } from './input.js'
import { parseJsonText } from './json-text.js'

const named = /^(?<name>[A-Za-z_$][\w$]*)(?<sign>:=|=@|=)(?<value>[\s\S]*)$/

/**
 * Reads the arguments of a task from the words of the command line. Returns the JSON text of an array in call order:
 * bare words are positional; `name=text`, `name:=JSON` and `name=@file` make one object that comes last. `data`
 * (`--data`) is the whole object. Throws UsageError.
 */
export function parseTaskArguments(words: readonly string[], data: string | null): string {
  const positional: unknown[] = []
  const object = new Map<string, unknown>()
  for (const word of words) {
    const parts = named.exec(word)?.groups
    if (parts?.name === undefined) positional.push(bareWord(word))
    else if (object.has(parts.name)) throw new UsageError('E_ARGUMENTS', `the argument ${parts.name} is given twice`)
    else object.set(parts.name, namedValue(parts.name, parts.sign ?? '', parts.value ?? ''))
  }
  if (data !== null && object.size > 0) {
    throw new UsageError('E_ARGUMENTS', '--data and name=value are both given', 'put the values into --data')
  }
  if (data !== null) positional.push(parseJsonText(readSource(data, '--data'), '--data'))
  // fromEntries defines properties, so that a key named __proto__ stays a key.
  if (object.size > 0) positional.push(Object.fromEntries(object))
  return toJsonText(positional, 'arguments')
}

/**
 * The value of a word that is JSON, else its text. A number that would be written in another way (007, 1.0, 1e3) stays
 * text.
 */
function bareWord(word: string): unknown {
  try {
    const value: unknown = JSON.parse(word)
    if (typeof value === 'number') return String(value) === word ? value : word
    return parseJsonText(word, 'an argument')
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown
    return word
  }
}

function namedValue(name: string, sign: string, value: string): unknown {
  if (sign === ':=') return parseJsonText(value, name)
  return sign === '=@' ? readInputFile(value, name) : value
}

/** Text given as it is, or as `@file`. */
function readSource(source: string, option: string): string {
  return source.startsWith('@') ? readInputFile(source.slice(1), option) : source
}
