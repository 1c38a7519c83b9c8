import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin } from '@oclif/core'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('The committed manifest says what the commands say.', async () => {
  const plugin = new Plugin({
    root,
    isRoot: true,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  const committed = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))
  expect(JSON.parse(JSON.stringify(plugin.manifest))).toEqual(committed) // else: npm run manifest
})
