import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin, settings } from '@oclif/core'
import { register } from 'tsx/esm/api'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('The committed manifest says what the commands say.', async () => {
  // The commands are read from source, as bin/dev.js does, so that no build is needed.
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const fromSource = { ...pjson, oclif: { ...pjson.oclif, commands: './commands' } }
  register()
  settings.enableAutoTranspile = false
  const plugin = new Plugin({
    root,
    pjson: fromSource,
    isRoot: true,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  const committed = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))
  expect(JSON.parse(JSON.stringify(plugin.manifest), asBuilt)).toEqual(committed) // else: npm run manifest
})

/** Of a command in `commands/a.ts` the path that it has when it is built. */
function asBuilt(key: string, value: unknown): unknown {
  if (key !== 'relativePath' || !Array.isArray(value)) return value
  return ['dist', ...value].map((part: string) => part.replace(/\.ts$/, '.js'))
}
