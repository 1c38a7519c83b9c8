import type { JsonValue } from './json.js'

const secretNames = ['password', 'secret', 'token', 'authorization', 'apikey', 'cookie']

export const mask = '***'

/**
 * `value` as it may be shown: what stands under a key that is named like a secret is masked, at any depth. A key
 * matches if it contains a name, whatever its case, dashes and underscores. `more` adds names.
 */
export function redact(value: JsonValue, more: readonly string[]): JsonValue {
  const names = [...secretNames, ...more.map(plain)]
  return masked(value, (key) => names.some((name) => plain(key).includes(name)))
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
