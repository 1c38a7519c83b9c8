import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** How the folder begins in which a new store is made. A process that was killed meanwhile leaves it. */
export const temporaryName = '.offstage-new-'

// A new file system has this folder.
const ofFileSystem = 'lost+found'

/**
 * Whether a volume without any file is mounted there, as in a container that starts for the first time. Nothing can have gone
 * from it; and unlike a folder, nobody can remove it to begin anew.
 */
export function isEmptyMount(folder: string): boolean {
  return isMount(folder) && readdirSync(folder).every((name) => name === ofFileSystem || name.startsWith(temporaryName))
}

/** Whether something is mounted on the folder; false if it is not there. */
export function isMount(folder: string): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return false
  const real = realpathSync(folder)
  return stat.dev !== statSync(dirname(real)).dev || mountPoints().includes(real)
}

/** A folder of the same file system may be mounted too. Empty where the system has no /proc. */
function mountPoints(): readonly string[] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
    return lines.map((line) => (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal) => byteOf(octal)))
  } catch {
    return []
  }
}

/** Spaces and line ends are written as octal numbers there. */
function byteOf(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8))
}
