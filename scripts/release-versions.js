import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What each place in the folder says is the version; null where a place says none. */
export function releaseVersions(root) {
  const json = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).version ?? null
  const heading = /^## (\S+) \((.+)\)$/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))
  return {
    versions: {
      'package.json': json('package.json'),
      'package-lock.json': json('package-lock.json'),
      'oclif.manifest.json': json('oclif.manifest.json'),
      'CHANGELOG.md': heading?.[1] ?? null,
    },
    /** As the CHANGELOG has it: null if it is not released yet. */
    date: /^\d{4}-\d\d-\d\d$/.test(heading?.[2] ?? '') ? heading[2] : null,
  }
}

/** What keeps this from being a release, one line each. `tags` are those of the commit. */
export function releaseFaults({ versions, date }, tags) {
  const wanted = versions['package.json']
  const faults = Object.entries(versions)
    .filter(([, version]) => version !== wanted)
    .map(([file, version]) => `${file} says ${version ?? 'no version'}, package.json says ${wanted}`)
  if (date === null) faults.push('CHANGELOG.md has no date in its first heading: write ## X.Y.Z (YYYY-MM-DD)')
  if (!tags.includes(`v${wanted}`))
    faults.push(`this commit has no tag v${wanted}: git tag -a v${wanted} -m v${wanted}`)
  return faults
}
