import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { globSync } from 'tinyglobby'
import { tooOldNode } from '../../bin/node-version.js'

/** The tests run the built command line, as users do: builds it where a source is newer. */
export default function buildIfStale(): void {
  const tooOld = tooOldNode()
  if (tooOld !== null) throw new Error(tooOld)
  const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
  const built = join(root, 'dist/src/cli.js')
  const sources = globSync(['src/**/*.ts', 'commands/**/*.ts', 'package.json', 'rolldown.config.js'], {
    cwd: root,
    absolute: true,
  })
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0
  if (sources.every((file) => statSync(file).mtimeMs < builtAt)) return
  execFileSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}
