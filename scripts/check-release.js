// Compares the version in package.json, the lock file, the manifest, the CHANGELOG and the tag of this commit. Exit code 1 if
// they differ.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { releaseFaults, releaseVersions } from './release-versions.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim().split('\n').filter(Boolean)

const found = releaseVersions(root)
const faults = [...releaseFaults(found, git('tag', '--points-at', 'HEAD'))]
if (git('status', '--porcelain').length > 0) faults.push('there are changes that are not committed')
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
else console.log(`${found.versions['package.json']} of ${found.date}: all places agree`)
