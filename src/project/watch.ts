import { basename, extname, sep } from 'node:path'
import type { Project } from './find.js'

const codeExtensions = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.json'])
// An editor writes a file in several steps, and a checkout many files.
const settleMs = 100

/**
 * Calls `changed` some moments after code of a project has changed: a file of its task directory, or a module anywhere
 * else in it, but for installed packages and hidden folders. Resolves, to how to stop, once changes are seen.
 */
export async function watchCode({ root, tasksFolder }: Project, changed: () => void): Promise<() => Promise<void>> {
  const { watch } = await import('chokidar')
  const isHidden = (path: string) => path !== root && /^\.|^node_modules$/.test(basename(path))
  const watcher = watch([root, tasksFolder], { ignoreInitial: true, ignored: isHidden })
  let timer: NodeJS.Timeout | null = null
  watcher.on('all', (_, path) => {
    if (!path.startsWith(tasksFolder + sep) && !codeExtensions.has(extname(path))) return
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(changed, settleMs)
  })
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return async () => {
    if (timer !== null) clearTimeout(timer)
    await watcher.close()
  }
}
