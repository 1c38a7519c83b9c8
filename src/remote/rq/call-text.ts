import type { RqValue } from './plain-value.js'

const maxLength = 200

/** A call as one line for logs: `mod.f(2, "x", y=[…])`, at most 200 characters, without control characters. */
export function callText(func: string, args: readonly RqValue[], kwargs: Readonly<Record<string, RqValue>>): string {
  const named = Object.entries(kwargs).map(([key, value]) => `${key.slice(0, maxLength)}=${valueText(value)}`)
  return oneLine(`${func}(${[...args.slice(0, maxLength).map(valueText), ...named].join(', ')})`)
}

/** `text` as a worker prints it into its log: one line, nothing that moves the cursor, whole characters. */
export function oneLine(text: string): string {
  const line = text.slice(0, 4 * maxLength).replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).replace(/\p{Surrogate}/gu, '')}…`
}

function valueText(value: RqValue): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'bigint') return value > -(10n ** 40n) && value < 10n ** 40n ? `${value}` : 'int'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return `bytes(${value.length})`
  return Array.isArray(value) ? '[…]' : '{…}'
}
