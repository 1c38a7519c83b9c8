import type { JsonValue } from './json.js'
import { maskOf, redact, type TextMask, textMask } from './redact.js'
import { isSecretName, mask } from './secret-names.js'
import { type CommandSettings, commandOf } from './shell-command.js'
import { shellTask } from './shell-task.js'

/** The arguments of a job as they may be shown: of a command its words, with the secrets in them masked too. */
export function redactArgs(task: string, args: JsonValue, more: readonly string[]): JsonValue {
  if (task !== shellTask || !Array.isArray(args)) return redact(args, more)
  return maskedWords(commandOf(args).words, more, () => {})
}

/** How a command is run, as it may be shown; null for a job that is no command. Throws nothing. */
export function redactSettings(task: string, args: JsonValue, more: readonly string[]): CommandSettings | null {
  if (task !== shellTask || !Array.isArray(args)) return null
  return maskedSettings(commandOf(args).settings, more, () => {})
}

/** A mask of the secrets in the arguments of a job, for texts that may repeat them; null if there are none. */
export function argsMask(task: string, args: JsonValue, more: readonly string[]): TextMask | null {
  if (task !== shellTask || !Array.isArray(args)) return textMask(args, more)
  const secrets: string[] = []
  const { words, settings } = commandOf(args)
  maskedWords(words, more, (secret) => secrets.push(secret))
  maskedSettings(settings, more, (secret) => secrets.push(secret))
  return maskOf(secrets)
}

type Found = (secret: string) => void

function maskedWords(words: readonly JsonValue[], more: readonly string[], found: Found): JsonValue {
  const isSecret = isSecretName(more)
  return words.map((word, index) => {
    if (typeof word !== 'string') return redact(word, more)
    const before = words[index - 1]
    const isValue = typeof before === 'string' && isSecretFlag(before, isSecret) && !word.startsWith('-')
    if (!isValue) return maskedText(word, isSecret, found)
    found(word)
    return mask
  })
}

function maskedSettings(settings: CommandSettings, more: readonly string[], found: Found): CommandSettings {
  const isSecret = isSecretName(more)
  const variables = Object.entries(settings.env).map(([name, value]): [string, string] => {
    if (!isSecret(name) || value === '') return [name, maskedText(value, isSecret, found)]
    found(value)
    return [name, mask]
  })
  const { stdin } = settings
  return {
    ...settings,
    env: Object.fromEntries(variables),
    stdin: stdin === null ? null : maskedText(stdin, isSecret, found),
  }
}

function isSecretFlag(word: string, isSecret: (name: string) => boolean): boolean {
  return /^--?[A-Za-z][\w-]*$/.test(word) && isSecret(word)
}

const value = `"[^"]*"|'[^']*'|[^\\s;&|"')]+`
// In a line of shell, or within a word: NAME=value and --name=value; --name value; Name: value, as of a header.
const patterns = [
  new RegExp(`(?<![\\w-])(-{0,2}[A-Za-z_][\\w-]*)(=)(${value})`, 'g'),
  new RegExp(`(?<![\\w-])(--?[A-Za-z][\\w-]*)([ \\t]+)(?!-)(${value})`, 'g'),
  /(?<![\w-])([A-Za-z][\w-]*)(:[ \t]*)([^\s"'][^"'\n]*)/g,
]

function maskedText(text: string, isSecret: (name: string) => boolean, found: Found): string {
  return patterns.reduce((shown, pattern) => maskedBy(pattern, shown, isSecret, found), text)
}

/** The value of a name that is no secret may hold a name that is one: `URL=https://x.org/?token=abc`. */
function maskedBy(pattern: RegExp, text: string, isSecret: (name: string) => boolean, found: Found): string {
  let shown = ''
  let done = 0
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, name = '', between = '', secret = ''] = match
    const start = match.index + name.length + between.length
    if (isSecret(name)) {
      if (secret !== mask) found(secret.replace(/^(["'])(.*)\1$/s, '$2'))
      shown += `${text.slice(done, start)}${mask}`
      done = pattern.lastIndex
    } else pattern.lastIndex = start
  }
  return shown + text.slice(done)
}
