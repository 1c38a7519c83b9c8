import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliProject, type RunningCli } from '../support/cli.js'
import { cancelJob, enqueueJob } from '../support/store.js'

const project = cliProject({
  'tasks/do.mjs': `import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob, task } from 'offstage'
export async function talks() {
  console.log('begun')
  currentJob().progress(0.25, 'a quarter')
  while (!existsSync('go')) await setTimeout(10)
  console.error('\\u001b[31mred\\u001b[0m \\u001b[2J')
  return null
}
export const flaky = task({ retry: { maxRetries: 1, initialDelay: 100 } }, ({ token }) => {
  console.log('try', currentJob().attempt)
  if (currentJob().attempt === 1) throw new Error('not yet, ' + token)
  return { token }
})
export const fails = task({ retry: { maxRetries: 0 } }, () => { throw new TypeError('no route') })
export const slow = task({ timeout: 50, retry: { maxRetries: 0 } }, () => setTimeout(60_000, null, { signal: currentJob().signal }))
export const long = () => setTimeout(60_000, null, { signal: currentJob().signal })
export function nothing() {}
`,
})
let worker: RunningCli
beforeAll(async () => {
  worker = project.start(['workers', 'start'])
  await worker.says(/is ready/)
})
afterAll(async () => {
  worker.signal('SIGTERM')
  await worker.ended
})

test('A job that was not started in time has failed for whoever follows it, though no worker is there to end it.', async () => {
  const alone = cliProject({ 'tasks/one.mjs': 'export default () => 1\n' })
  const run = await alone.run(['run', 'one', '--wait', '--expires', '1s'])
  expect(run).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('expired') })
  for (const command of [
    ['jobs', 'wait', 'j1'],
    ['status', 'j1', '--follow'],
  ])
    expect(await alone.run(command)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('expired') })
  expect((await alone.run(['jobs', 'logs', 'j1', '--follow'])).exitCode).toBe(0)
  const [job] = (await alone.json<{ items: object[] }>(['jobs', 'list'])).items
  expect(job).toMatchObject({ state: 'queued' })
  expect(await alone.run(['jobs', 'retry', 'j1'])).toMatchObject({ exitCode: 0, stderr: 'j1 is queued again\n' })
})

describe('run --wait', () => {
  test('What the job prints and its progress are on stderr as they come, and its result is on stdout.', async () => {
    const run = project.start(['run', 'do.talks', '--wait'])
    await run.says(/begun\n[\s\S]*25 % a quarter\n|25 % a quarter\n[\s\S]*begun\n/)
    project.write('go', '')
    const { stdout, stderr, exitCode } = await run.ended
    expect([stdout, exitCode]).toEqual(['null\n', 0])
    expect(stderr).toMatch(/^j\d+ enqueued\nj\d+ runs, attempt 1\n/)
    expect(stderr).toContain('\u001b[31mred\u001b[0m \\x1b[2J')
  })

  test('Each retry is shown between the output of its attempts; a secret is masked but in the result.', async () => {
    const run = await project.run(['run', 'do.flaky', 'token=hunter22', '--wait'])
    expect([run.stdout, run.exitCode]).toEqual(['{"token":"hunter22"}\n', 0])
    expect(run.stderr).toMatch(/\ntry 1\n[\s\S]*attempt 1: Error: not yet, \*\*\*; waits for a retry\n[\s\S]*try 2\n$/)
  })

  test('A failure is shown with its stack, and the command of a command instead of its task.', async () => {
    const [failed, command] = await Promise.all([
      project.run(['run', 'do.fails', '--wait']),
      project.run(['run', '--wait', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']),
    ])
    expect(failed).toMatchObject({ stdout: '', exitCode: 1 })
    expect(failed.stderr).toMatch(/j\d+ do\.fails failed\nTypeError: no route\n +at .*do\.mjs:16/)
    expect(command).toMatchObject({ stdout: '', exitCode: 1 })
    expect(command.stderr).toMatch(/\nout\n/)
    expect(command.stderr).toMatch(/^j\d+ sh -c .* failed$/m)
  })

  test('Whoever waits without a worker reads so, and goes on when one comes.', async () => {
    const alone = cliProject({ 'tasks/a.mjs': 'export default () => { console.log("here"); return 1 }\n' })
    const run = alone.start(['run', 'a', '--wait'])
    await run.says(/no worker is running; start one: offstage workers start\n/)
    await alone.run(['workers', 'start', '--burst'])
    const { stdout, stderr, exitCode } = await run.ended
    expect([stdout, exitCode]).toEqual(['1\n', 0])
    expect(stderr.match(/no worker is running/g)).toHaveLength(1)
    expect(stderr).toMatch(/\nhere\n$/)
  })
})

test('A task that returns nothing prints nothing, here and on a worker; --json has null for both.', async () => {
  const [here, there, json] = await Promise.all([
    project.run(['run', 'do.nothing']),
    project.run(['run', 'do.nothing', '--wait']),
    project.json(['run', 'do.nothing']),
  ])
  expect([here.stdout, here.exitCode, there.stdout, there.exitCode]).toEqual(['', 0, '', 0])
  expect(json).toMatchObject({ state: 'completed', result: null })
})

test('status --follow exits as run does for that job, with --json too; of an ended job at once.', async () => {
  const ids = await Promise.all(
    ['do.nothing', 'do.fails', 'do.slow'].map((task) => enqueueJob(project, task, [], { retries: 0, timeout: 200 })),
  )
  const codes = ids.map(async (id) => (await project.run(['status', id, '--follow'])).exitCode)
  expect(await Promise.all(codes)).toEqual([0, 1, 3])
  const long = await enqueueJob(project, 'do.long')
  const following = project.start(['status', long, '--follow', '--json'])
  const interrupted = project.start(['status', long, '--follow'])
  await Promise.all([following.says(/running/), interrupted.says(/running/)])
  interrupted.signal('SIGINT')
  expect((await interrupted.ended).exitCode).toBe(130)
  await cancelJob(project, long)
  const { stdout, exitCode } = await following.ended
  expect([JSON.parse(stdout).state, exitCode]).toEqual(['cancelled', 4])
  expect((await project.run(['status', long, '-f'])).exitCode).toBe(4)
  expect((await project.run(['status', long])).exitCode).toBe(0)
})
