import type { JsonValue } from './json.js'

const secretNames = ['password', 'secret', 'token', 'authorization', 'apikey', 'cookie']

export const mask = '***'

// Shorter values are too common as words: masking every "1" would hide the text and not the secret.
const shortestSecret = 4

/**
 * `value` as it may be shown: what stands under a key that is named like a secret is masked, at any depth. A key
 * matches if it contains a name, whatever its case, dashes and underscores. `more` adds names.
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
export function textMask(value: JsonValue, more: readonly string[]): ((text: string) => string) | null {
  const whole = textsBelow(value, isSecretName(more), false)
  const lines = whole.filter((secret) => secret.includes('\n')).flatMap((secret) => secret.split(/\r?\n/))
  const secrets = [...whole, ...lines].filter((secret) => secret.length >= shortestSecret)
  if (secrets.length === 0) return null
  // The longest first: one secret may be a part of another.
  secrets.sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, mask), text)
}

/** Tells names of secrets, such as `accessToken` and `--api-key`; `more` adds names. */
export function isSecretName(more: readonly string[]): (key: string) => boolean {
  const names = [...secretNames, ...more.map(plain)]
  return (key) => names.some((name) => plain(key).includes(name))
}

function textsBelow(value: JsonValue, isSecret: (key: string) => boolean, secret: boolean): string[] {
  if (typeof value === 'string' || typeof value === 'number') return secret ? [String(value)] : []
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => textsBelow(item, isSecret, secret))
  return Object.entries(value).flatMap(([key, item]) => textsBelow(item, isSecret, secret || isSecret(key)))
}

function masked(value: JsonValue, isSecret: (key: string) => boolean): JsonValue {
  if (Array.isArray(value)) return value.map((item) => masked(item, isSecret))
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, JsonValue> = Object.create(null)
  for (const [key, item] of Object.entries(value as { readonly [key: string]: JsonValue })) {
    copy[key] = isSecret(key) ? mask : masked(item, isSecret)
  }
  return copy
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '')
}
