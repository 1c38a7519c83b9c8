import { written } from './options.js'

/** What a value is, in words, if a call of it would not do the work of a task; null: it is a function that can be one. */
export function whyNoTask(value: unknown): string | null {
  if (typeof value !== 'function') return written(value)
  if (/^class\b/.test(Function.prototype.toString.call(value))) return 'a class'
  return isGenerator(value) ? 'a generator function' : null
}

function isGenerator(value: object): boolean {
  try {
    return /Generator/.test(Object.prototype.toString.call(value))
  } catch {
    return false // a Proxy may throw
  }
}
