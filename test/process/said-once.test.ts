import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJob, enqueueJobs } from '../support/store.js'

const project = cliProject({
  'tasks/fails.sh': '#!/bin/sh\necho "no such disk" >&2\nexit 3\n',
  'tasks/do.mjs': `export const blocked = () => { console.log('begun'); for (;;); }
export const partly = () => { process.stdout.write('how far?'); throw new Error('boom') }
export const hangs = () => { console.log('begun'); return new Promise(() => setInterval(() => {}, 1000)) }
`,
})
chmodSync(project.path('tasks/fails.sh'), 0o755)

test('What a program wrote last is shown once in the run that shows its output, and with the job later.', async () => {
  const run = await project.run(['run', 'fails', '--retries', '0'])
  expect(run.exitCode).toBe(1)
  expect(run.stderr.match(/no such disk/g)).toHaveLength(1)
  expect(run.stderr).toMatch(/CommandError: the program of fails ended with exit code 3\n$/)
  const id = /(j\d+) fails failed/.exec(run.stderr)?.[1] ?? ''
  expect((await project.run(['jobs', 'show', id])).stdout).toContain('no such disk')
})

test('What is said after an unfinished line of a task begins a line of its own.', async () => {
  const run = await project.run(['run', 'do.partly', '--retries', '0'])
  expect(run.stderr).toMatch(/^how far\?\nj\d+ do\.partly failed\n/)
})

test('A process that the worker kills on purpose is not said to have died.', async () => {
  await enqueueJob(project, 'do.blocked', [], { timeout: '100ms', retries: 0, queue: 'kills' })
  const { stderr } = await project.run(['workers', 'start', '--burst', '--queues', 'kills'])
  expect(stderr).toMatch(/warning a task process was killed, with j\d+: a job did not end in its grace/)
  expect(stderr).not.toContain('the task process died')
})

test('An attempt that there is not is an error; what continues a list is no data.', async () => {
  const logs = await project.run(['jobs', 'logs', 'j1', '--attempt', '9'])
  expect(logs).toMatchObject({ exitCode: 5, stdout: '' })
  expect(logs.stderr).toMatch(/^error: j1 has no attempt 9\n {2}its last attempt is \d+\n$/)
  const list = await project.run(['jobs', 'list', '--limit', '1'])
  expect(list.stdout).not.toContain('--after')
  expect(list.stderr).toMatch(/^More: --after j\d+\n$/)
})

test('A second Ctrl-C in the grace says what it does.', async () => {
  const run = project.start(['run', 'do.hangs'])
  await run.says(/begun/)
  run.signal('SIGINT')
  await run.says(/stopping job j\d+; a second signal ends at once/)
  run.signal('SIGINT')
  await run.says(/kills what still runs/)
  expect((await run.ended).exitCode).toBe(130)
})

test('Cancelling thousands of jobs by a filter is one line.', async () => {
  await enqueueJobs(project, 'do.partly', 2_500, [], { queue: 'many' })
  const cancelled = await project.run(['jobs', 'cancel', '--queue', 'many', '--yes'])
  expect(cancelled).toEqual({ stdout: '', stderr: 'cancelled 2500 jobs\n', exitCode: 0 })
})

test('Progress that a program draws with CR is shown as it is written, and stored as a line each.', async () => {
  const task = project.write('tasks/draws.sh', "#!/bin/sh\nprintf '10%%\\r' >&2; printf '100%%\\n' >&2\n")
  chmodSync(task, 0o755)
  const run = await project.run(['run', 'draws'])
  expect(run.stderr).toBe('10%\r100%\n')
  const list = await project.json<{ readonly items: readonly { readonly id: string }[] }>([
    'jobs',
    'list',
    '--task',
    'draws',
  ])
  expect((await project.run(['jobs', 'logs', list.items[0]?.id ?? ''])).stdout).toBe('10%\n100%\n')
})
