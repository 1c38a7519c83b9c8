import { UsageError } from './errors.js'

const units: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** A task process holds 55 MB before it runs its first job, and V8 cannot even start with a heap of a few. */
const minMemoryBytes = 64 * 1024 ** 2

/** The limit of a task process in bytes. Throws UsageError, which names the option. */
export function parseMemoryLimit(text: string, option: string): number {
  const bytes = parseSize(text, option)
  if (bytes >= minMemoryBytes) return bytes
  throw new UsageError('E_SIZE', `${option}: ${text} is too small for a task process`, 'give it 64mb or more')
}

/** Bytes of a size as people write it: `512mb`, `1.5gb`; powers of 1024. Throws UsageError, which names the option. */
export function parseSize(text: string, option: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kmg]?b)$/i.exec(text) ?? []
  const bytes = Number(number) * (units[unit?.toLowerCase() ?? ''] ?? 0)
  if (bytes >= 1) return Math.floor(bytes)
  throw new UsageError(
    'E_SIZE',
    `${option}: ${JSON.stringify(text)} is no size`,
    'write a number and a unit: 512mb, 2gb',
  )
}

const names = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** A number of bytes as people read it: `12 MB`, `1.5 GB`; powers of 1024. */
export function formatSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(bytes) / 10))
  const number = bytes / 1024 ** power
  const digits = number < 10 && power > 1 ? Math.floor(number * 10) / 10 : Math.floor(number)
  return `${digits} ${names[power]}`
}
