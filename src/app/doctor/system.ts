import { accessSync, constants, existsSync, readFileSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { cacheFolder, cachePlace } from '../../project/modules/cache-folder.js'
import { type Checked, problem, type Trouble, warning } from './finding.js'

// A worker with ten programs at a time needs about 80.
const enoughDescriptors = 256

/** Where compiled modules are kept: without it every start compiles them. */
export function checkCache(): Checked {
  const place = cachePlace()
  const slow = 'every start compiles the TypeScript modules anew'
  if (place === null)
    return [warning(`there is no folder for the cache: ${slow}`, 'set OFFSTAGE_CACHE_DIR to a folder of this user')]
  const there = firstThere(place)
  try {
    accessSync(there, constants.W_OK)
  } catch {
    return [warning(`the cache ${there} cannot be written: ${slow}`, 'set OFFSTAGE_CACHE_DIR to a folder of this user')]
  }
  if (cacheFolder('modules') !== null) return place
  if (there !== place)
    return [warning(`the cache ${place} cannot be made: ${slow}`, 'set OFFSTAGE_CACHE_DIR to a folder of this user')]
  return [warning(`others may write to the cache ${place}, so it is not used: ${slow}`, `chmod 700 ${place}`)]
}

function firstThere(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : firstThere(dirname(folder))
}

/** What the system lets a process have. */
export function checkLimits(): Checked {
  const descriptors = maxDescriptors()
  const troubles: Trouble[] = []
  if (descriptors !== null && descriptors < enoughDescriptors) {
    const message = `a process may open ${descriptors} files (under ${enoughDescriptors})`
    troubles.push(warning(message, `ulimit -n 4096, or LimitNOFILE=4096 in the unit of systemd`))
  }
  const watching = watchTrouble()
  if (watching !== null) troubles.push(watching)
  troubles.push(...temporaryTrouble())
  return troubles.length > 0 ? troubles : `${descriptors ?? 'unknown number of'} files, files can be watched`
}

/** The soft limit of open files; null where there is no /proc, or no limit. */
function maxDescriptors(): number | null {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return limit === undefined ? null : Number(limit)
  } catch {
    return null
  }
}

/** Workers, and commands that follow a job, watch the store; without that they poll. */
function watchTrouble(): Trouble | null {
  try {
    watch(tmpdir(), { persistent: false }).close()
    return null
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? ''
    const fix = 'sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512'
    return warning(`files cannot be watched (${code}): workers look for jobs every 20 ms instead`, fix)
  }
}

/** Commands keep their input there for retries. */
function temporaryTrouble(): readonly Trouble[] {
  const folder = tmpdir()
  try {
    accessSync(folder, constants.W_OK)
    return []
  } catch {
    return [problem(`the folder for temporary files, ${folder}, cannot be written`, 'set TMPDIR to one that can')]
  }
}
