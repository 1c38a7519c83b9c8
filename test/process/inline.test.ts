import { expect, test } from 'vitest'
import type { JobListItem } from '../../src/views/job.js'
import { cliProject } from '../support/cli.js'

const project = cliProject({
  'tasks/echo.ts': 'export default (...args: unknown[]) => [process.pid, ...args]\n',
  'tasks/ends.ts': 'export const late = () => process.exit()\nexport const early = () => 1\n',
  'tasks/quits.ts': 'process.exit(0)\nexport default () => 1\n',
  'tasks/blocks.ts': 'export default () => { const end = Date.now() + 400; while (Date.now() < end); return 1 }\n',
  'tasks/late.ts': "export default () => new Promise((resolve) => setTimeout(() => resolve('late'), 1_500))\n",
  'tasks/fail.ts': "export default () => { throw new Error('no') }\n",
})

test('--inline runs the task in the process of the command.', async () => {
  const running = project.start(['run', 'echo', '1', 'a', '1', '--inline'])
  const { stdout, stderr, exitCode } = await running.ended
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual([running.pid, 1, 'a', 1])
})

test('--inline ends with the exit code of the job.', async () => {
  const failed = await project.run(['run', 'fail', '--retries', '0', '--inline'])
  expect(failed).toMatchObject({ stdout: '', stderr: expect.stringContaining('Error: no'), exitCode: 1 })
})

test('--inline: process.exit() fails the job, or makes the module faulty, and ends nothing.', async () => {
  const late = await project.run(['run', 'ends.late', '--inline', '--retries', '0', '--json'])
  expect(late.exitCode).toBe(1)
  const message = 'process.exit() was called in the process of the command, which it would end'
  expect(JSON.parse(late.stdout)).toMatchObject({ state: 'failed', attempt: 1, error: { message } })
  const quits = await project.run(['run', 'quits', '--inline'])
  expect(quits).toMatchObject({ stdout: '', exitCode: 2 })
  expect(quits.stderr).toMatch(/quits\.ts:1: process\.exit\(0\) was called/)
})

test('--inline: a job that blocks past its limit is over it, though no timer could tell.', async () => {
  const blocking = project.run(['run', 'blocks', '--inline', '--timeout', '200ms', '--retries', '0'])
  expect(await blocking).toMatchObject({ exitCode: 3, stdout: '' })
})

test('--inline refuses a result that comes after the time limit.', async () => {
  const { stdout, stderr, exitCode } = await project.run([
    'run',
    'late',
    '--inline',
    '--timeout',
    '200ms',
    '--retries',
    '0',
  ])
  expect([exitCode, stdout]).toEqual([3, ''])
  const [job] = (await project.json<{ items: readonly JobListItem[] }>(['jobs', 'list', '--limit', '1'])).items
  expect(job, stderr).toMatchObject({ task: 'late', state: 'failed', reason: 'timeout' })
})
