import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { minimumNode, tooOldNode } from '../../bin/node-version.js'
import { installedCopy } from './installed-copy.js'

test.each(['18.20.8', '20.20.2', '22.14.0', '22.2.0', '23.0.0', '23.4.0'])('Node %s is too old', (version) => {
  expect(tooOldNode(version)).toContain(`needs Node.js 22.15 or newer, and this is ${version}`)
})
test.each([minimumNode, '22.15.1', '23.5.0', '24.21.0', '26.10.0'])('Node %s will do', (version) => {
  expect(tooOldNode(version)).toBeNull()
})

describe('an old Node', () => {
  const copy = installedCopy()
  const preload = join(copy.base, 'old.cjs')
  writeFileSync(preload, "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })\n")
  const said = `offstage needs Node.js 22.15 or newer, and this is 20.20.2 (${process.execPath})`
  const start = (...args: string[]) => execa(process.execPath, ['--require', preload, ...args], { reject: false })

  test.each([['--version'], ['status'], ['run', 'plain']])('is refused in one line by %s', async (...args) => {
    const refused = await copy.run(args, { nodeFlags: ['--require', preload] })
    expect(refused).toEqual({ stdout: '', stderr: said, exitCode: 6 })
  })

  test('is refused as JSON with --json', async () => {
    const { stdout, exitCode } = await copy.run(['status', '--json'], { nodeFlags: ['--require', preload] })
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'E_NODE', message: said, hint: null } })
    expect(exitCode).toBe(6)
  })

  test('is refused in one line by the command line from source', async () => {
    const { stderr, exitCode } = await start(join(import.meta.dirname, '../../bin/dev.js'), '--version')
    expect([stderr, exitCode]).toEqual([said, 6])
  })

  test('is refused in one line by a task process', async () => {
    const { stderr, exitCode } = await start(copy.module('offstage/dist/src/task-process.js'))
    expect([stderr, exitCode]).toEqual([said, 6])
  })

  test('is refused with E_NODE by an import of the library', async () => {
    const library = pathToFileURL(copy.module('offstage/dist/src/index.js')).href
    const script = `import(${JSON.stringify(library)}).catch((error) => console.log(error.code, error.message))`
    const { stdout } = await start('-e', script)
    expect(stdout).toBe(`E_NODE ${said}`)
  })
})
