import type { JsonValue } from './json.js'
import { isSecretName, mask } from './secret-names.js'

// Shorter texts are too common as words: masking every "prod" would hide the output and not the secret.
const shortestSecret = 6

/**
 * `value` as it may be shown: what stands under a key that is named like a secret is masked, at any depth. A key is named so if
 * it has a secret's word, such as `accessToken`, `api_key` or `set-cookie`, and `passwords`, but not `tokens` or `secretary`. `more` adds
 * words. Numbers, booleans and null are never masked.
 */
export function redact(value: JsonValue, more: readonly string[]): JsonValue {
  return masked(value, isSecretName(more))
}

/** `text` without the secrets of `value`: an error or a line of output may repeat what a task was given. */
export function redactText(text: string, value: JsonValue, more: readonly string[]): string {
  return textMask(value, more)?.(text) ?? text
}

/**
 * The same for many texts, also where they are the lines of a secret of several lines; null if there are no secrets.
 */
export function textMask(value: JsonValue, more: readonly string[]): TextMask | null {
  return maskOf(textsBelow(value, isSecretName(more), false))
}

export type TextMask = (text: string) => string

/** A mask of these secrets in any text; null if there are none that are long enough to be told from words. */
export function maskOf(whole: readonly string[]): TextMask | null {
  const lines = whole.filter((secret) => secret.includes('\n')).flatMap((secret) => secret.split(/\r?\n/))
  const secrets = [...new Set([...whole, ...lines].flatMap(asPrinted))].filter(
    (secret) => secret.length >= shortestSecret,
  )
  if (secrets.length === 0) return null
  // The longest first: one secret may be a part of another.
  secrets.sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, mask), text)
}

/** A text as it is, and as JSON and `console.log` print it within an object. */
function asPrinted(secret: string): readonly string[] {
  if (!/[\\"'\n\r\t]/.test(secret)) return [secret]
  const escaped = JSON.stringify(secret).slice(1, -1)
  const inQuotes = escaped.replaceAll('\\"', '"')
  return [secret, escaped, inQuotes, inQuotes.replaceAll("'", "\\'")]
}

function textsBelow(value: JsonValue, isSecret: (key: string) => boolean, secret: boolean): string[] {
  if (typeof value === 'string') return secret ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => textsBelow(item, isSecret, secret))
  return Object.entries(value).flatMap(([key, item]) => textsBelow(item, isSecret, secret || isSecret(key)))
}

function masked(value: JsonValue, isSecret: (key: string) => boolean): JsonValue {
  if (Array.isArray(value)) return value.map((item) => masked(item, isSecret))
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, JsonValue> = Object.create(null)
  for (const [key, item] of Object.entries(value as { readonly [key: string]: JsonValue })) {
    const hides = typeof item === 'string' || (typeof item === 'object' && item !== null)
    copy[key] = hides && isSecret(key) ? mask : masked(item, isSecret)
  }
  return copy
}
