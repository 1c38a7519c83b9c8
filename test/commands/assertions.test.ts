import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { enqueueJob } from '../support/store.js'

const golden = goldenFolder('assertions')
const tasks = { 'tasks/mail.mjs': `export const send = () => {}\nexport function fail() { throw new Error('no') }\n` }

test('status --assert exits 1, with what was seen, unless all hold.', async () => {
  const project = cliProject(tasks)
  await enqueueJob(project, 'mail.send', [], { queue: 'mail' })
  await project.run(['run', 'mail.fail', '--retries', '0'])
  await golden.run(project, {
    holds: ['status', '--assert', 'queue.mail.queued < 2', '--assert', 'failed{since=5m,task=mail.send} == 0'],
    'does-not-hold': ['status', '--assert', 'queue.mail.queued == 0', '--assert', 'health.recentTasks == 1'],
    'does-not-hold-json': ['status', '--assert', 'failed{since=5m} == 0', '--json'],
    'no-queue': ['status', '--assert', 'queue.mial.queued == 0'],
    mistake: ['status', '--assert', 'queue.mail.quued == 0'],
    'too-long-ago': ['status', '--assert', 'failed{since=100d} == 0'],
    'mistake-json': ['status', '--assert', 'failed{since=soon} == 0', '--json'],
    'with-a-job': ['status', 'j1', '--assert', 'failed == 0'],
    'until-with-a-job': ['jobs', 'wait', 'j1', '--until', 'failed == 0'],
    'not-in-time': ['jobs', 'wait', '--until', 'queue.mail.queued == 0', '--timeout', '200ms'],
    'already-so': ['jobs', 'wait', '--until', 'queue.mail.queued == 1'],
  })
})

test('jobs wait --until ends when all hold, and Ctrl-C ends it before.', async () => {
  const project = cliProject(tasks)
  await enqueueJob(project, 'mail.send', [], { queue: 'mail' })
  const flags = ['--until', 'queue.mail.queued == 0', '--until', 'completed{queue=mail} >= 1', '--timeout', '30s']
  const waiting = project.start(['jobs', 'wait', ...flags])
  await project.run(['workers', 'start', '--burst'])
  const { exitCode, stdout } = await waiting.ended
  expect([exitCode, stdout]).toEqual([0, '✓ queue.mail.queued == 0: it is 0\n✓ completed{queue=mail} >= 1: it is 1\n'])
})
