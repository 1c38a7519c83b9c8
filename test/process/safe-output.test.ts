import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJob } from '../support/store.js'
import { drivesMoreThanColour, drivesTerminal } from '../support/terminal.js'

const evil = '\u001b]0;owned\u0007\u001b[2J\u0000\u009b31m\u202egnp.exe'
const project = cliProject({
  'offstage.config.json': '{ "redact": ["pin"] }',
  'tasks/evil.mjs': `import { currentJob, task } from 'offstage'
const evil = ${JSON.stringify(evil)}
export const fails = task({ retry: { maxRetries: 1, initialDelay: 1 } }, function fails() {
  console.log('out ' + evil)
  console.error('err \\u001b[32mgreen\\u001b[0m ' + evil)
  process.stdout.write('half a \\u001b')
  process.stdout.write(']0;title\\u0007\\n')
  currentJob().progress(0.5, evil)
  const error = new Error('message ' + evil)
  error.name = 'Name' + evil
  throw error
})
export const returns = (input) => ({ got: input?.password === 'hunter2', evil, pin: 1234, nested: [{ apiKey: 'hunter2', Password: { deep: 'hunter2' } }], name: 'Ada' })
export const text = () => evil
export const secretError = task({ retry: { maxRetries: 0 } }, ({ password }) => { throw new Error('login with ' + password + ' failed') })
`,
  'tasks/faulty.mjs': `throw new Error(${JSON.stringify(`faulty ${evil}`)})\n`,
})

describe('what is shown', () => {
  test('Control characters of arguments, output, errors and names never reach the terminal raw.', async () => {
    const ends = [
      await project.run(['run', 'evil.fails', evil.replace('\0', ''), `key=${evil.replace('\0', '')}`]),
      ...(await Promise.all([
        project.run(['run', `evil.${evil.replace('\0', '')}`]),
        project.run(['jobs', 'show', evil.replace('\0', '')]),
        project.run(['run', 'evil.returns']),
        project.run(['run', 'evil.returns', '--json']),
        project.run(['status', 'j1']),
        project.run(['status', 'j1', '--json']),
        project.run(['jobs', 'list']),
        project.run(['tasks']),
        project.run(['tasks', '--json']),
        project.run([evil.replace('\0', '')]),
      ])),
    ]
    for (const [index, { stdout, stderr }] of ends.entries()) {
      expect(drivesTerminal(stdout), `stdout of number ${index}`).toBeNull()
      expect(drivesMoreThanColour(stderr), `stderr of number ${index}`).toBeNull()
    }
    expect(ends[0]?.stderr).toContain('out \\x1b]0;owned\\x07')
    expect(ends[0]?.stderr).toContain('\u001b[32mgreen\u001b[0m')
    expect(ends[0]?.stderr).toContain('Name\\x1b]0;owned')

    await enqueueJob(project, 'evil.fails', [evil], { retries: 0 })
    const worker = await project.run(['workers', 'start', '--burst'])
    expect(drivesMoreThanColour(worker.stderr)).toBeNull()
    expect(JSON.parse(ends[4]?.stdout ?? '').result.evil).toBe(evil)
  })

  test('A text result goes into a pipe as it is: there it is data.', async () => {
    expect((await project.run(['run', 'evil.text'])).stdout).toBe(`${evil}\n`)
  })

  test('Values under names of secrets are masked wherever a job is shown, and reach the task as they are.', async () => {
    const args = ['user=Ada', 'password=hunter2', 'card:={"PIN": "hunter2", "api_key": ["hunter2"], "n": 1}']
    const run = await project.run(['run', 'evil.returns', ...args, '--json'])
    const job = JSON.parse(run.stdout)
    expect(job.args).toEqual([{ user: 'Ada', password: '***', card: { PIN: '***', api_key: '***', n: 1 } }])
    expect(job.result).toMatchObject({
      got: true,
      pin: 1234, // a number is never masked
      nested: [{ apiKey: '***', Password: '***' }],
      name: 'Ada',
    })
    const shown = await Promise.all([
      project.run(['status', job.id]),
      project.run(['jobs', 'show', job.id]),
      project.run(['jobs', 'list', '--json']),
      project.run(['run', 'evil.returns', ...args, '--detach', '--json']),
    ])
    for (const { stdout, stderr, exitCode } of [run, ...shown]) {
      expect(exitCode).toBe(0)
      expect(stdout + stderr).not.toContain('hunter2')
    }
    // The result of one's own run is data.
    const own = await project.run(['run', 'evil.returns', ...args])
    expect(JSON.parse(own.stdout)).toMatchObject({ nested: [{ apiKey: 'hunter2', Password: { deep: 'hunter2' } }] })
  })

  test('A secret among the arguments is masked in the error that repeats it.', async () => {
    const failed = await project.run(['run', 'evil.secretError', 'password=hunter2'])
    expect(failed.exitCode).toBe(1)
    const shown = await project.run(['jobs', 'list', '--task', 'evil.secretError'])
    expect(failed.stderr + shown.stdout).not.toContain('hunter2')
  })
})
