import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../engine/clock.js'
import { compiledFolder, moduleCompiler } from './user-modules.js'

// Below this a second compiler costs more than it saves: each takes some 200 ms to be there.
const fewestForTwo = 40

/**
 * Compiles what is new among the TypeScript modules of a project in short-lived processes, before they are loaded: a
 * task process that has no compiler in it starts faster and stays some 50 MB smaller. Only a saving: what this misses,
 * such as helpers outside the task directory, the loader compiles itself.
 */
export async function compileAhead(root: string, files: readonly string[], program: readonly string[]): Promise<void> {
  const folder = compiledFolder()
  if (folder === null) return
  const stamp = join(folder, `compiled-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`)
  const compiledAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const startedAtMs = systemClock.now()
  // ctime, not mtime: a file that was copied or unpacked here is new, however old it says it is.
  const stale = files.filter((file) => /\.[cm]?ts$/.test(file) && statSync(file).ctimeMs >= compiledAt)
  if (stale.length === 0) return
  const processes = stale.length < fewestForTwo ? 1 : availableParallelism()
  const share = Math.ceil(stale.length / processes)
  const shares = Array.from({ length: processes }, (_, index) => stale.slice(index * share, (index + 1) * share))
  await Promise.all(shares.map((some) => compileApart(root, some, program)))
  markCompiled(folder, stamp, startedAtMs)
}

async function compileApart(root: string, files: readonly string[], [entry = '', ...execArgv]: readonly string[]) {
  const child = fork(entry, ['compile', root], { execArgv, stdio: 'ignore' })
  child.send(files)
  await once(child, 'exit')
}

/** The other side: compiles what it is sent, and ends. */
export function compileFiles(root: string): void {
  process.once('message', (files: string[]) => {
    const compile = moduleCompiler(root)
    for (const file of files) {
      try {
        compile(file, readFileSync(file, 'utf8'))
      } catch {
        // The loader meets the same fault, and tells it.
      }
    }
    process.exit()
  })
}

function markCompiled(folder: string, stamp: string, atMs: number): void {
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(stamp, '')
    utimesSync(stamp, atMs / 1_000, atMs / 1_000)
  } catch {
    // A cache that cannot be written is only slow.
  }
}
