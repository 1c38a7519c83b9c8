import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { releaseFaults, releaseVersions } from '../../scripts/release-versions.js'

const root = join(import.meta.dirname, '../..')
const good = {
  versions: {
    'package.json': '1.2.0',
    'package-lock.json': '1.2.0',
    'oclif.manifest.json': '1.2.0',
    'CHANGELOG.md': '1.2.0',
  },
  date: '2027-01-31',
}

test('All places of this checkout say the same version.', () => {
  const { versions } = releaseVersions(root)
  expect(new Set(Object.values(versions)).size).toBe(1)
})

test('A release whose places, date and tag agree has no faults.', () => {
  expect(releaseFaults(good, ['v1.2.0'])).toEqual([])
})

test('Each place that differs is named, and so are a missing date and a missing tag.', () => {
  const versions = { ...good.versions, 'oclif.manifest.json': '1.1.0', 'CHANGELOG.md': null }
  expect(releaseFaults({ versions, date: null }, ['v1.1.0'])).toEqual([
    'oclif.manifest.json says 1.1.0, package.json says 1.2.0',
    'CHANGELOG.md says no version, package.json says 1.2.0',
    expect.stringContaining('no date'),
    expect.stringContaining('no tag v1.2.0'),
  ])
})

test('.nvmrc names the Node of the checkout.', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(readFileSync(join(root, '.nvmrc'), 'utf8').trim()).toBe(devDependencies.node)
})
