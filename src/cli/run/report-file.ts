import { existsSync, fstatSync, lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../../domain/errors.js'
import { startOfFile } from '../../project/file-start.js'

/** A file that is written whole or not at all. */
export interface ReportFile {
  /** Throws what the file system throws. */
  write(text: string): void
}

/**
 * The file that an option names, which need not be there yet. Throws UsageError if it could not be written now. An older
 * one is removed: whatever happens from here, nobody takes it for the report of this run. A file that is no report stays, and is refused.
 */
export function reportFile(path: string, option: string): ReportFile {
  try {
    const target = targetOf(resolve(path))
    const temporary = join(dirname(target), `.offstage-${Math.random().toString(36).slice(2)}.tmp`)
    // Permissions, a read-only disk, a folder that is not there: trying finds all of them.
    writeFileSync(temporary, '', { flag: 'wx' })
    rmSync(temporary)
    refuseOther(target)
    rmSync(target, { force: true })
    return { write: (text) => replaceFile(target, temporary, text) }
  } catch (thrown) {
    const why = (thrown as NodeJS.ErrnoException).code ?? (thrown as Error).message
    const hint = 'nothing was run; name a file in a folder that is there and can be written'
    throw new UsageError('E_REPORT', `${option}: ${JSON.stringify(path)} cannot be written (${why})`, hint)
  }
}

/** Removes a report, and nothing else. What forbids it is found when the next one is to be written. */
export function removeReport(path: string): void {
  try {
    const target = targetOf(resolve(path))
    if (existsSync(target) && isReport(target)) rmSync(target)
  } catch {}
}

/** Whoever mistypes a name must not lose a file: only a report is replaced, and a file without anything in it. */
function refuseOther(target: string): void {
  if (existsSync(target) && statSync(target).size > 0 && !isReport(target))
    throw new Error('a file is there that is no report')
}

function isReport(file: string): boolean {
  return startOfFile(file, 512).includes('<testsuite')
}

/** The file to replace: the target of a link, so that the link stays. */
function targetOf(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return path
  // Only a plain file may be replaced by one: everybody uses /dev/null.
  const there = statSync(path)
  if (!there.isFile()) throw new Error('it is no plain file')
  // A redirected /dev/stdout is a plain file too. Replacing it would lose the output.
  const printed = [1, 2].map((descriptor) => fstatSync(descriptor))
  if (printed.some(({ dev, ino }) => dev === there.dev && ino === there.ino))
    throw new Error('this command prints to it')
  return realpathSync(path)
}

function replaceFile(target: string, temporary: string, text: string): void {
  try {
    writeFileSync(temporary, text, { flag: 'wx' })
    renameSync(temporary, target)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  }
}
