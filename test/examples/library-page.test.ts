import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.js'
import { blocksOf } from '../support/page-blocks.js'

const root = join(import.meta.dirname, '../..')
const folder = temporaryFolder()
afterAll(() => folder.remove())
const blocks = blocksOf('docs/library.md')
const isTest = (file: string) => file.endsWith('.test.ts')

beforeAll(() => {
  mkdirSync(join(folder.path, 'node_modules'))
  symlinkSync(root, join(folder.path, 'node_modules/offstage'))
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }')
  for (const { file, text } of blocks) writeFileSync(join(folder.path, file), text)
})

const node = (...args: readonly string[]) =>
  execa(process.execPath, args, { cwd: folder.path, reject: false, all: true, timeout: 30_000, env: { PORT: '0' } })

test('The tests on the page of the library pass.', async () => {
  const files = blocks.map(({ file }) => file).filter(isTest)
  expect(files).toEqual(['accounts.test.ts', 'images.test.ts', 'orders.test.ts'])
  const { all, exitCode } = await node('--test', '--test-reporter=tap', ...files)
  expect({ all, exitCode }).toMatchObject({ all: expect.stringMatching(/^# pass 4$/m), exitCode: 0 })
})

const servers = blocks.filter(({ file }) => file.endsWith('server.ts'))

test.each(servers)('$file on the page of the library ends by itself at SIGTERM.', async ({ file }) => {
  const server = node(file)
  server.stdout.once('data', () => server.kill('SIGTERM'))
  const { all, exitCode } = await server
  expect({ all, exitCode }).toEqual({ all: 'ready', exitCode: 0 })
})

/** What a program prints, by something that only its block has. */
const printed: readonly (readonly [string, RegExp])[] = [
  ['ping.health', /^ping\.health: attempt 1 of 2 .*\nping\.health: failed .* object\nalarm: ping\.health, 2 attempts$/],
  ['retryOnFailure(policy)', /^$/],
  ['createTestClock', /^a token is gone$/],
  ['addDelayedTask', /^$/],
  ['image-worker-', /^a\.png at 200\nb\.png at 200$/],
  ['monitored(monitor', /^1 [\d.]+ .*mail.*\nhealthy$/s],
  ['engine.monitor()', /^$/],
  ['Hello, ', /^Hello, Ada!$/],
]

const programs = blocks.filter(({ file }) => file.startsWith('block-'))

test.each(programs)('The program $file on the page of the library ends well.', async ({ file, text }) => {
  const { stdout, stderr, exitCode } = await node(file)
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  const [, expected] = printed.find(([part]) => text.includes(part)) ?? []
  expect(expected).toBeDefined()
  expect(stdout).toMatch(expected ?? '')
})
