import { isDeepStrictEqual } from 'node:util'
import { messageWithHint } from '../../domain/errors.js'
import { defaultStoreUrl, parseStoreUrl, type StoreLocation } from '../../open.js'
import { readProject } from '../../project/config.js'
import type { Project } from '../../project/find.js'
import { refuseMissingTasks } from '../../project/task-program.js'
import { type Context, projectOf, refuseMemory } from '../context.js'

/** What the config of a project says now, beside what a running worker has of it. */
export type ConfigChange =
  | { readonly kind: 'same' }
  /** Only schedules differ: they come into the store without a restart. */
  | { readonly kind: 'schedules'; readonly project: Project }
  /** A worker has these settings in all its parts. */
  | { readonly kind: 'settings'; readonly names: readonly string[] }
  | { readonly kind: 'unusable'; readonly why: string }

const ofSchedules: keyof Project = 'schedules'

/** Reads the config anew: also a module that it imports may have changed. */
export async function changedConfig(context: Pick<Context, 'project' | 'from' | 'location'>): Promise<ConfigChange> {
  const before = projectOf(context)
  // A flag or a variable has the last word on the store.
  const hasStore = isDeepStrictEqual(locationIn(before), context.location)
  try {
    const now = await readProject(context.from)
    if (now === null) return { kind: 'unusable', why: `there is no project at ${context.from} any more` }
    const changed = (Object.keys(now) as (keyof Project)[]).filter(
      (name) => !isDeepStrictEqual(now[name], before[name]),
    )
    const names = changed.filter((name) => name !== 'store' || hasStore)
    if (names.length === 0) return { kind: 'same' }
    refuseMissingTasks(now)
    if (hasStore) refuseMemory({ location: parseStoreUrl(now.store ?? defaultStoreUrl, now.root) }, 'workers start')
    return names.every((name) => name === ofSchedules)
      ? { kind: 'schedules', project: now }
      : { kind: 'settings', names: names.filter((name) => name !== ofSchedules).map(settingOf) }
  } catch (thrown) {
    return { kind: 'unusable', why: messageWithHint(thrown) }
  }
}

/** Where its store is; null if it says what is none. */
function locationIn({ store, root }: Project): StoreLocation | null {
  try {
    return parseStoreUrl(store ?? defaultStoreUrl, root)
  } catch {
    return null
  }
}

/** As the config has it. */
function settingOf(name: keyof Project): string {
  if (name === 'targets') return 'notify'
  return name === 'tasksFolder' ? 'tasks' : name
}
