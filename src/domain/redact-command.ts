import type { JsonValue } from './json.js'
import { isSecretName, mask, maskOf, redact, type TextMask, textMask } from './redact.js'
import { shellTask } from './shell-task.js'

/** The arguments of a job as they may be shown: of a command, secrets in its words are masked too. */
export function redactArgs(task: string, args: JsonValue, more: readonly string[]): JsonValue {
  if (task !== shellTask || !Array.isArray(args)) return redact(args, more)
  return maskedWords(args, more, () => {})
}

/** A mask of the secrets in the arguments of a job, for texts that may repeat them; null if there are none. */
export function argsMask(task: string, args: JsonValue, more: readonly string[]): TextMask | null {
  if (task !== shellTask || !Array.isArray(args)) return textMask(args, more)
  const secrets: string[] = []
  maskedWords(args, more, (secret) => secrets.push(secret))
  return maskOf(secrets)
}

function maskedWords(args: readonly JsonValue[], more: readonly string[], found: (secret: string) => void): JsonValue {
  const isSecret = isSecretName(more)
  return args.map((word, index) => {
    if (typeof word !== 'string') return redact(word, more)
    const before = args[index - 1]
    const isValue = typeof before === 'string' && isSecretFlag(before, isSecret) && !word.startsWith('-')
    if (!isValue) return maskedText(word, isSecret, found)
    found(word)
    return mask
  })
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

function maskedText(text: string, isSecret: (name: string) => boolean, found: (secret: string) => void): string {
  return patterns.reduce((shown, pattern) => maskedBy(pattern, shown, isSecret, found), text)
}

/** The value of a name that is no secret may hold a name that is one: `URL=https://x.org/?token=abc`. */
function maskedBy(
  pattern: RegExp,
  text: string,
  isSecret: (name: string) => boolean,
  found: (secret: string) => void,
): string {
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
