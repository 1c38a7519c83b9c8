import { resolve } from 'node:path'
import type { Context } from '../../app/context.js'
import { backUpStore } from '../../app/store/backup-store.js'
import { formatSize } from '../../domain/size.js'
import type { Backup } from '../../stores/store-file.js'
import { isoTime } from '../../views/iso-time.js'
import { say } from '../say.js'
import { takeSignals } from '../signals.js'

/** Copies the store. A signal ends it, sets the exit code and leaves nothing behind: null. */
export async function backUp(context: Context, file: string, replaces: boolean) {
  const target = { path: resolve(file), replaces }
  const interruption = takeSignals()
  try {
    const { at, ...backup } = await backUpStore(context, target, interruption.graceful)
    return { file: target.path, at: isoTime(at), ...backup }
  } catch (thrown) {
    if (!interruption.graceful.aborted) throw thrown
    say('interrupted: no backup was made')
    process.exitCode = interruption.exitCode
    return null
  } finally {
    interruption.release()
  }
}

export function backupText({ file, bytes, requeued, lost }: { readonly file: string } & Omit<Backup, 'at'>): string {
  const lines = [`wrote ${file} (${formatSize(bytes)})`]
  if (requeued > 0) lines.push(`${ranThen(requeued)}, and ${requeued === 1 ? 'is' : 'are'} queued again in the copy`)
  if (lost > 0) lines.push(`${ranThen(lost)} with the stdin of a run, and failed in the copy`)
  return lines.join('\n')
}

function ranThen(count: number): string {
  return `${count} job${count === 1 ? ' was' : 's were'} running`
}
