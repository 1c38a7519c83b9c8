import type { JsonValue } from './json.js'
import { isSecretName, mask, redact } from './redact.js'
import { shellTask } from './shell-task.js'

/** The arguments of a job as they may be shown: of a command, secrets in its words are masked too. */
export function redactArgs(task: string, args: JsonValue, more: readonly string[]): JsonValue {
  if (task !== shellTask || !Array.isArray(args)) return redact(args, more)
  const isSecret = isSecretName(more)
  return args.map((word, index) => {
    if (typeof word !== 'string') return redact(word, more)
    const before = args[index - 1]
    const isValue = typeof before === 'string' && isSecretFlag(before, isSecret) && !word.startsWith('-')
    return isValue ? mask : maskedText(word, isSecret)
  })
}

function isSecretFlag(word: string, isSecret: (name: string) => boolean): boolean {
  return /^--?[A-Za-z][\w-]*$/.test(word) && isSecret(word)
}

const value = `"[^"]*"|'[^']*'|[^\\s;&|"')]+`
// In a line of shell, or within a word: NAME=value and --name=value; --name value; Name: value, as of a header.
const assigned = new RegExp(`(?<![\\w-])(-{0,2}[A-Za-z_][\\w-]*)(=)(${value})`, 'g')
const flagged = new RegExp(`(?<![\\w-])(--?[A-Za-z][\\w-]*)([ \\t]+)(?!-)(${value})`, 'g')
const header = /(?<![\w-])([A-Za-z][\w-]*)(:[ \t]*)([^\s"'][^"'\n]*)/g

function maskedText(text: string, isSecret: (name: string) => boolean): string {
  const hide = (whole: string, name: string, between: string) => (isSecret(name) ? `${name}${between}${mask}` : whole)
  return text.replace(assigned, hide).replace(flagged, hide).replace(header, hide)
}
