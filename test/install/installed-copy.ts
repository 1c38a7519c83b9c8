import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll } from 'vitest'

const packageRoot = join(import.meta.dirname, '../..')
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A program installed in a folder of its own, whose dependencies a test may damage, and a project to use it in. */
export interface InstalledCopy {
  readonly base: string
  readonly project: string
  module(path: string): string
  run(args: readonly string[], options?: RunOptions): Promise<Result>
}

export interface RunOptions {
  /** All there is in the environment, beside PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What comes before `node`. */
  readonly by?: readonly string[]
  readonly nodeFlags?: readonly string[]
}

export interface Result {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | undefined
}

export function installedCopy(): InstalledCopy {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'offstage-install-')))
  folders.push(base)
  chmodSync(base, 0o755)
  const modules = join(base, 'node_modules')
  const program = join(modules, 'offstage')
  for (const file of ['bin', 'dist', 'package.json', 'oclif.manifest.json'])
    cpSync(join(packageRoot, file), join(program, file), { recursive: true })
  for (const name of [
    'better-sqlite3/lib',
    'better-sqlite3/package.json',
    'better-sqlite3/prebuilds',
    'esbuild',
    '@esbuild',
  ])
    cpSync(join(packageRoot, 'node_modules', name), join(modules, name), { recursive: true })
  const project = join(base, 'project')
  mkdirSync(join(project, 'tasks'), { recursive: true })
  writeFileSync(join(project, 'tasks/plain.mjs'), 'export default () => "from JavaScript"\n')
  writeFileSync(join(project, 'tasks/typed.ts'), 'export default (): string => "from TypeScript"\n')
  return {
    base,
    project,
    module: (path) => join(modules, path),
    async run(args, { env = { HOME: base }, cwd = project, by = [], nodeFlags = [] } = {}) {
      const [file = '', ...rest] = [...by, process.execPath, ...nodeFlags, join(program, 'bin/run.js'), ...args]
      const options = { cwd, env: { PATH: process.env.PATH ?? '', ...env }, extendEnv: false, reject: false } as const
      const { stdout, stderr, exitCode } = await execa(file, rest, { ...options, stdin: 'ignore' })
      return { stdout, stderr, exitCode }
    },
  }
}
