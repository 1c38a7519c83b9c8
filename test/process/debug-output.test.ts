import { describe, expect, test } from 'vitest'
import { asksFor } from '../../src/debug.js'
import { cliProject } from '../support/cli.js'

const tasks = {
  'tasks/mail.mjs': `export default ({ password }) => password.length
`,
}
const linesOf = (stderr: string, topic: string) => stderr.split('\n').filter((line) => line.startsWith(`${topic} `))

async function burst(debug: string) {
  const project = cliProject(tasks)
  const enqueued = await project.run(['run', 'mail', 'password=hunter2', '--detach'])
  expect(enqueued.exitCode, enqueued.stderr).toBe(0)
  const worker = await project.run(['workers', 'start', '--burst'], { env: { DEBUG: debug } })
  expect(worker.exitCode, worker.stderr).toBe(0)
  return worker
}

describe.concurrent('DEBUG', () => {
  test('offstage:* shows each message and each store operation on stderr, without what is in them.', async () => {
    const { stdout, stderr } = await burst('offstage:*')
    expect(stdout).toBe('')
    const messages = linesOf(stderr, 'offstage:ipc')
    expect(messages).toContainEqual(expect.stringMatching(/^offstage:ipc [\d.]+s pid \d+ from \d+: loaded, \d+ bytes$/))
    expect(messages).toContainEqual(expect.stringMatching(/ to \d+: jobs, \d+ bytes, j1$/))
    expect(messages).toContainEqual(expect.stringMatching(/ from \d+: turn, \d+ bytes, j1$/))
    const operations = linesOf(stderr, 'offstage:store')
    expect(operations).toContainEqual(expect.stringMatching(/ pid \d+ claim\(\{.*\}\) = 1 [\d.]+ ms$/))
    expect(operations).toContainEqual(expect.stringMatching(/ settle\(1\) = 1 [\d.]+ ms$/))
    expect(stderr).not.toContain('hunter2')
  })

  test('offstage:store shows operations only.', async () => {
    const { stderr } = await burst('offstage:store')
    expect(linesOf(stderr, 'offstage:store').length).toBeGreaterThan(5)
    expect(linesOf(stderr, 'offstage:ipc')).toEqual([])
  })

  test('Another name shows neither.', async () => {
    const { stderr } = await burst('express:*')
    expect(stderr).not.toContain('offstage:')
  })
})

test.each([
  ['offstage:ipc', true],
  ['express:*, offstage:ipc', true],
  ['offstage:*', true],
  ['*', true],
  ['offstage:*,-offstage:ipc', false],
  ['offstage:store', false],
  ['1', false],
  ['', false],
])('DEBUG=%s asks for messages: %s', (debug, asks) => {
  expect(asksFor(debug, 'offstage:ipc')).toBe(asks)
})
