import { beforeAll, describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { keysOf, shapes } from '../support/shapes.js'

const golden = goldenFolder('run')

const project = cliProject({
  'tasks/show.ts': `import { currentJob, NonRetryableError, task } from 'offstage'

export function text() {
  console.log('to stdout')
  console.error('to stderr')
  currentJob().progress(0.5, 'half way')
  return 'a text\\nof two lines'
}
export const list = (...words: unknown[]) => words
export function nothing() {}
export const twice = task({ retry: { maxRetries: 2, initialDelay: 1 } }, function twice() {
  if (currentJob().attempt < 3) throw new TypeError(\`attempt \${currentJob().attempt} is too early\`)
  return { attempts: 3 }
})
export function never(): never {
  throw new NonRetryableError('the invoice is void')
}
`,
  'tasks/smoke.mjs': `let tell
const told = new Promise((resolve) => (tell = resolve))
export const db = () => tell()
export async function mail() {
  await told
  await new Promise((resolve) => setTimeout(resolve, 100))
  throw new Error('no route')
}
`,
  'tasks/order.mjs': `import { task } from 'offstage'
const fail = (message, path) => ({ issues: [{ message, path }] })
const validate = (value) => (typeof value?.day === 'string' ? { value } : fail('expected a text', ['day']))
export default task({ schema: { '~standard': { version: 1, vendor: 'test', validate } } }, (input) => input)
`,
})

// So that what runs at one time below does not compile the same module.
beforeAll(() => project.run(['tasks']))

describe('run', () => {
  test('The output of the task is on stderr; its result on stdout, a text bare and anything else as JSON.', async () => {
    await golden.run(project, {
      text: ['run', 'show.text'],
      list: ['run', 'show.list', 'photo.png', '800', 'true', 'fit=cover', 'n:=[1]'],
      nothing: ['run', 'show.nothing'],
    })
  })

  test('Each retry is shown while it waits, and a failure with the stack of the task.', async () => {
    // One after the other: the ids of the jobs are in the files.
    await golden.run(project, { retries: ['run', 'show.twice'] })
    await golden.run(project, { 'non-retryable': ['run', 'show.never'] })
  })

  test('Mistakes in the command are one or two lines and exit code 2.', async () => {
    await golden.run(project, {
      'unknown-task': ['run', 'show.tekst'],
      'refused-arguments': ['run', 'order', 'day:=7'],
      'no-task': ['run'],
      'unknown-flag': ['run', 'show.text', '--detatch'],
      'bad-duration': ['run', 'show.text', '--delay', '1h30'],
      'both-due': ['run', 'show.text', '--delay', '1h', '--at', '10:00'],
    })
  })

  test('--detach prints the id alone, and --json the job in its stable shape.', async () => {
    await golden.run(project, { detach: ['run', 'show.text', '--detach'] })
    const jobs = await Promise.all([
      project.json(['run', 'show.never']),
      project.json(['run', 'show.list', '1']),
      project.json(['run', 'show.text', '--delay', '1h']),
    ])
    expect(jobs.map(keysOf)).toEqual([shapes.job, shapes.job, shapes.job])
    expect(jobs.map((job) => job.state)).toEqual(['failed', 'completed', 'scheduled'])
    const [failed] = jobs
    expect(failed?.attempts.map(keysOf)).toEqual([shapes.attempt])
    expect(keysOf(failed?.error)).toEqual(shapes.error)
    expect(failed).toMatchObject({ reason: 'error', progress: null, schedule: null, result: null })
  })

  test('A suite shows each task as it ends, and a summary.', async () => {
    await golden.run(project, { suite: ['run', 'smoke.*', '--retries', '0'] })
    await golden.run(project, {
      'suite-no-match': ['run', 'smok.*'],
      'suite-arguments': ['run', 'smoke.*', 'now'],
      'suite-report': ['run', 'smoke.*', '--junit', 'nowhere/report.xml'],
    })
  })

  test('An error under --json is an object on stdout, with the exit code of its kind.', async () => {
    await golden.run(project, {
      'unknown-task-json': ['run', 'show.tekst', '--json'],
      'unknown-flag-json': ['run', 'show.text', '--detatch', '--json'],
    })
  })
})
