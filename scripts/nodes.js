// The Node.js versions that everything is tried on, and how to get one without touching what is installed.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { minimumNode } from '../bin/node-version.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The oldest that is supported, the one of the checkout, the newest line. */
export const nodeVersions = [minimumNode, devDependencies.node, '26.10.0']

/** The path of a Node binary of that version. It comes from the package that holds it for this platform. */
export function nodeBinary(version) {
  const folder = join(root, 'node_modules/.cache/nodes', version)
  const name = `node-${process.platform}-${process.arch}`
  const binary = join(folder, 'node_modules', name, 'bin/node')
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error', `${name}@${version}`]
    execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return binary
}
