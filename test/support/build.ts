import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { globSync } from 'tinyglobby'
import refuseOldNode from './node-version.js'

/** These tests run the built program, as users do. It is built again if a source is newer. */
export default function buildIfStale(): void {
  refuseOldNode()
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
