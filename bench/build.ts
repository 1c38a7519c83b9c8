import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'

/** Builds `dist` if a source is newer: processes are measured as they are installed, bundled. */
export function buildIfStale(packageRoot: string): void {
  const sources = globSync(['src/**/*.ts', 'commands/**/*.ts', 'rolldown.config.js'], { cwd: packageRoot })
  const newestMs = Math.max(...sources.map((file) => statSync(join(packageRoot, file)).mtimeMs))
  if (builtMs(packageRoot) >= newestMs) return
  process.stderr.write('building\n')
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: packageRoot, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('the build failed; run "npm run build" to see why')
}

/** When the oldest file that is started was built; 0 if one is missing. */
function builtMs(packageRoot: string): number {
  const entries = ['dist/src/cli.js', 'dist/src/task-process.js', 'dist/commands/status.js']
  return Math.min(...entries.map((file) => statSync(join(packageRoot, file), { throwIfNoEntry: false })?.mtimeMs ?? 0))
}
