import { truncateSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJob, enqueueJobs, jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/talk.mjs': `import { truncateSync } from 'node:fs'
export const says = (word) => { console.log('talks'); return word }
export const fails = () => { throw new Error('on purpose') }
export const makesRoom = () => { truncateSync('worker.log'); console.log('there is room again') }
`,
})

const full = 'the output could not be written (ENOSPC: no space left on device)'

test('Without room for what they say, a worker and a run go on.', async () => {
  const id = await enqueueJob(project, 'talk.says', ['ok'])
  const [worker, run] = await Promise.all([
    project.shell('offstage workers start --burst > /dev/full 2>&1'),
    project.shell('offstage run talk.says ok 2> /dev/full'),
  ])
  expect(worker).toEqual({ stdout: '', stderr: '', exitCode: 0 })
  expect(run).toEqual({ stdout: 'ok\n', stderr: '', exitCode: 0 })
  expect(await jobOf(project, id)).toMatchObject({ state: 'completed', result: 'ok', attempt: 1 })
})

test('A scheduler goes on to fire.', async () => {
  const scheduled = cliProject({ 'tasks/hello.mjs': 'export default () => {}' })
  await scheduled.run(['schedule', 'hello', '--every', '1s'])
  const fired = 'offstage jobs list --json | grep -q queued'
  const end = await scheduled.shell(
    `offstage schedule start > /dev/full 2>&1 & until ${fired} || ! kill -0 $!; do :; done; kill $!; wait $!`,
  )
  expect(end).toEqual({ stdout: '', stderr: '', exitCode: 0 })
})

test('Once there is room again, a worker writes its log again.', async () => {
  writeFileSync(project.path('worker.log'), '')
  truncateSync(project.path('worker.log'), 64 * 1024 * 1024)
  await enqueueJob(project, 'talk.makesRoom')
  const worker = await project.shell('ulimit -f 16384; offstage workers start --burst 2>> worker.log')
  expect(worker).toEqual({ stdout: '', stderr: '', exitCode: 0 })
  expect(project.lines('worker.log')).toContainEqual(expect.stringMatching(/ info {4}j\d+ \| there is room again$/))
})

test('Data that cannot be written is told in a line, with where it is; the exit code is 1.', async () => {
  const id = await enqueueJob(project, 'talk.says')
  const [list, show, run, json, detached] = await Promise.all([
    project.shell('offstage jobs list > /dev/full'),
    project.shell(`offstage jobs show ${id} --json > /dev/full`),
    project.shell('offstage run talk.says ok > /dev/full'),
    project.shell('offstage run talk.says ok --json > /dev/full'),
    project.shell('offstage run talk.says ok --detach > /dev/full'),
  ])
  expect([list, show, run, json, detached].map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1, 1])
  expect(list.stderr).toBe(`error: ${full}\n`)
  expect(show.stderr).toBe(`error: ${full}\n`)
  for (const { stderr } of [run, json]) {
    const ended = /^talks\nerror: (?<what>.*)\n {2}(?<id>j\d+) completed: see "offstage jobs show \k<id>"\n$/.exec(
      stderr,
    )
    expect(ended?.groups, stderr).toMatchObject({ what: full })
    expect(await jobOf(project, ended?.groups?.id ?? '')).toMatchObject({ state: 'completed', result: 'ok' })
  }
  const stored = /^error: (?<what>.*)\n {2}the job is stored as (?<id>j\d+)\n$/.exec(detached.stderr)
  expect(stored?.groups, detached.stderr).toMatchObject({ what: full })
  expect(await jobOf(project, stored?.groups?.id ?? '')).toMatchObject({ state: 'queued' })
})

test('How a job failed says more than that its data was lost; the stack is for those who ask.', async () => {
  const [failed, asked] = await Promise.all([
    project.shell('offstage run talk.fails --retries 0 --timeout 1m --json > /dev/full'),
    project.shell('DEBUG=offstage offstage jobs list > /dev/full'),
  ])
  expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/ j\d+ failed: see "offstage jobs show/) })
  expect(asked).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^error: .*\n(?:.*\n)*Error: ENOSPC.*\n +at /m),
  })
})

test('A file that took only the beginning is no success.', async () => {
  await enqueueJobs(project, 'talk.says', 1_000, ['x'])
  const list = await project.shell('ulimit -f 128; offstage jobs list --limit 1000 --json > list.json')
  expect(list).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error: .*\(EFBIG: [^\n]*\)\n$/) })
  expect(project.read('list.json').length).toBeGreaterThan(10_000)
})
