import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.js'

const run = promisify(execFile)
const folder = temporaryFolder()
afterAll(() => folder.remove())
beforeAll(() => {
  const modules = join(folder.path, 'node_modules')
  writeFileSync(join(folder.path, 'package.json'), '{}')
  symlinkSync(join(import.meta.dirname, '../..'), join(folder.path, 'offstage'))
  symlinkSync(folder.path, modules)
})

/** What a program prints that loads the package by its name. */
async function printedBy(name: string, text: string): Promise<readonly string[]> {
  const file = join(folder.path, name)
  writeFileSync(file, text)
  const { stdout, stderr } = await run(process.execPath, [file])
  expect(stderr).toBe('')
  return stdout.trim().split('\n')
}

const use = `
const natives = () => process.moduleLoadList.filter((line) => /^NativeModule (child_process|http|worker_threads)$/.test(line))
const loaded = natives()
createEngine({ store: 'memory:', tasks: { double: (value) => value * 2 } }).then(async (engine) => {
  const { id } = await engine.enqueue('double', [2])
  console.log(JSON.stringify(loaded), id, (await engine.job(id)).state)
})`

test.each([
  ['an ES module', 'a.mjs', "import { createEngine } from 'offstage'"],
  ['a CommonJS module', 'a.cjs', "const { createEngine } = require('offstage')"],
])('The package can be loaded by %s, and loads little before an engine is made.', async (_, name, load) => {
  expect(await printedBy(name, load + use)).toEqual(['[] j1 queued'])
})

test('Classes of errors have their names in what Node prints, though the code is minified.', async () => {
  const text = `import { inspect } from 'node:util'
import * as offstage from 'offstage'
for (const [name, value] of Object.entries(offstage)) if (value.prototype instanceof Error && value.name !== name) console.log(name, value.name)
console.log(inspect(new offstage.UsageError('E_TASK', 'no')).split('\\n')[0])`
  expect(await printedBy('errors.mjs', text)).toEqual(['UsageError: no'])
})
