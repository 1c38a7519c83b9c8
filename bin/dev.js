#!/usr/bin/env node
// The command line from source: no build, and the manifest is ignored, so that it cannot be stale.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuseOldNode } from './node-version.js'

refuseOldNode()
const { Config, Plugin, settings } = await import('@oclif/core')
const { register } = await import('tsx/esm/api')
register()
settings.enableAutoTranspile = false
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
pjson.oclif.commands = './commands'
const plugin = new Plugin({ isRoot: true, pjson, root, ignoreManifest: true })
await plugin.load()
const config = new Config({ root, pjson, plugins: new Map([[pjson.name, plugin]]) })
await config.load()
await config.loadPluginsAndCommands({ force: true })
const { main } = await import('../src/cli.ts')
await main(config)
