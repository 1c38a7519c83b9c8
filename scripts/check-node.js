// Checks the Node.js that the npm package `node` brought: its version and the checksum of its binary. The package
// installs the binary itself, outside the lock file, so that npm compares it with nothing that is kept here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** SHA-256 of bin/node, by version and platform. A new version of the package needs a new line. */
const checksums = {
  '24.21.0 linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
}

const binary = join(root, 'node_modules/node/bin/node')
const faults = existsSync(binary)
  ? check()
  : [`${binary} is missing: run npm ci with scripts, or bring your own Node.js`]
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1

function check() {
  const wanted = devDependencies.node
  const platform = `${process.platform}-${process.arch}`
  const known = checksums[`${wanted} ${platform}`]
  const sum = createHash('sha256').update(readFileSync(binary)).digest('hex')
  if (known !== undefined && sum !== known) return [`${binary} has the checksum ${sum} instead of ${known}`]
  // Only a binary that may be trusted is run.
  const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim()
  if (version !== `v${wanted}`) return [`${binary} is ${version} instead of v${wanted}`]
  if (known !== undefined) console.log(`Node.js ${version} for ${platform}: version and checksum are right`)
  else console.log(`Node.js ${version} for ${platform}: the version is right; no checksum is known, sha256 ${sum}`)
  return []
}
