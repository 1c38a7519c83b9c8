import type { PausedQueue } from '../store.js'
import type { Tables } from './tables.js'

export function pauseQueues({ paused, clock }: Tables, names: readonly string[]) {
  return names.map((name) => {
    if (paused.has(name)) return 'unchanged'
    paused.set(name, clock.now())
    return 'paused'
  })
}

export function resumeQueues({ paused }: Tables, names: readonly string[]) {
  return names.map((name) => (paused.delete(name) ? 'resumed' : 'unchanged'))
}

export function pausedQueues({ paused }: Tables): readonly PausedQueue[] {
  return [...paused.keys()].sort().map((name) => ({ name, pausedAt: paused.get(name) ?? 0 }))
}
