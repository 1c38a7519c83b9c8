import { written } from './options.js'

/** What a value is, in words, if a call of it would not do the work of a task; null: it is a function that can be one. */
export function whyNoTask(value: unknown): string | null {
  if (typeof value !== 'function') return written(value)
  try {
    // Classes and generators have one. Most functions do not: for them the rest would cost a microsecond.
    if (!Object.hasOwn(value, 'prototype')) return null
    if (/^class\b/.test(Function.prototype.toString.call(value))) return 'a class'
    return /Generator/.test(Object.prototype.toString.call(value)) ? 'a generator function' : null
  } catch {
    return null // a Proxy may throw
  }
}
