import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const example = 'examples/testing'
const failing = 'test/examples/fixtures/failing'

/** What a test runner says, as a user starts it. It runs in no test runner. */
async function said(program: string, ...args: string[]) {
  const { NODE_TEST_CONTEXT: _, VITEST: __, VITEST_WORKER_ID: ___, VITEST_POOL_ID: ____, ...env } = process.env
  const ran = run(program, args, { cwd: root, env: { ...env, NO_COLOR: '1', CI: '1' } })
  const { stdout, stderr, code = 0 } = await ran.catch((thrown) => thrown)
  return { text: `${stdout}${stderr}`, code }
}
const node = (file: string) => said(process.execPath, '--test', '--test-reporter=spec', file)
const vitest = (folder: string) =>
  said(process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--cache=false', '--root', folder, 'vitest.test.ts')

const jobs = `  j2 mail.send ["ada@example.com\\u001b[31m"] queued
  j3 mail.send ["grace@example.com", { "urgent": true }] scheduled, due in 1h 30m
  j1 orders.ship [{ "id": 7, "apiToken": "***" }] failed: Error: the token *** was refused
`

test('The example for node:test passes.', async () => {
  const { text, code } = await node(`${example}/node.test.ts`)
  expect(text).toContain('pass 1')
  expect(code).toBe(0)
})

test('The example for vitest passes.', async () => {
  const { text, code } = await vitest(example)
  expect(text).toMatch(/Tests +5 passed/)
  expect(code).toBe(0)
  expect(existsSync(join(root, example, 'node_modules'))).toBe(false)
})

test('An assertion of node:test that does not hold shows the jobs there are, and an open engine holds up nothing.', async () => {
  const { text, code } = await node(`${failing}/node.test.ts`)
  const shown = text.replaceAll(/^ +(?= {2}j\d)/gm, '')
  expect(code).toBe(1)
  expect(text).toContain(
    'AssertionError [ERR_ASSERTION]: expected a job of mail.send with the arguments ["nobody@example.com"], but there are only:',
  )
  expect(shown).toContain(jobs)
  expect(text).toContain('expected no job of mail.send, but there is:')
  expect(text).toContain('expected a job of hang, but there are no jobs')
  expect(text).not.toContain('s3cr3t-value')
})

test('A matcher of vitest that does not hold shows the jobs there are.', async () => {
  const { text, code } = await vitest(failing)
  expect(code).toBe(1)
  const expected = [
    'expected a job of mail.send with the arguments ["nobody@example.com", { "urgent": Any<Boolean> }], but there are only:',
    jobs,
    'expected no job of mail.send with the arguments [StringContaining "grace", Anything], but there is:',
    'expected a job of mail.send with state "completed", but there are only:',
    'expected a job of orders.ship with state "failed", error /no such error/, but there are only:',
    'is no engine of createTestEngine()',
  ]
  for (const line of expected) expect(text).toContain(line)
  expect(text).not.toContain('s3cr3t-value')
})
