import { get } from 'node:http'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const project = cliProject({ 'tasks/note.mjs': 'export default () => 1' })

test('A worker takes its flags from the environment, and what is typed wins.', async () => {
  await project.run(['run', 'note', '--queue', 'mail', '--detach'])
  const env = { OFFSTAGE_BURST: '1', OFFSTAGE_QUEUES: 'other', OFFSTAGE_CONCURRENCY: '1', OFFSTAGE_SCHEDULER: 'no' }
  expect(await project.run(['workers', 'start'], { env })).toMatchObject({ exitCode: 0 })
  expect(await project.json(['status', 'j1'])).toMatchObject({ state: 'queued' })
  expect(await project.run(['workers', 'start', '--queues', 'mail'], { env })).toMatchObject({ exitCode: 0 })
  expect(await project.json(['status', 'j1'])).toMatchObject({ state: 'completed' })
})

test.each([
  [{ OFFSTAGE_CONCURRENCY: 'many' }, 'OFFSTAGE_CONCURRENCY: "many" is no whole number'],
  [{ OFFSTAGE_GRACE: 'soon' }, 'OFFSTAGE_GRACE: "soon"'],
  [{ OFFSTAGE_BURST: 'maybe' }, 'OFFSTAGE_BURST: "maybe" is neither true nor false'],
  [{ OFFSTAGE_COLOR: 'red' }, 'OFFSTAGE_COLOR: "red" is neither true nor false'],
])('An error in the variable %j names the variable.', async (env, message) => {
  const { exitCode, stderr } = await project.run(['workers', 'start'], { env })
  expect(stderr).toContain(`error: ${message}`)
  expect(exitCode).toBe(2)
})

test('A flag that is typed is named as it was typed, whatever the environment has; an empty variable is none.', async () => {
  const env = { OFFSTAGE_GRACE: '5s', OFFSTAGE_BURST: '', OFFSTAGE_QUEUES: '' }
  const { stderr, exitCode } = await project.run(['workers', 'start', '--grace', 'soon', '--burst'], { env })
  expect(stderr).toContain('error: --grace: "soon"')
  expect(exitCode).toBe(2)
})

test('The variable of a flag that may be repeated has a list.', async () => {
  const env = { OFFSTAGE_HTTP: '0', OFFSTAGE_HTTP_ALLOW_HOST: 'one.example, two.example' }
  const worker = project.start(['workers', 'start'], { env })
  const [, url = ''] = await worker.says(/listens on (http:\S+):/)
  // fetch would not send this header.
  const statusOf = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      get(`${url}/healthz`, { headers: { host }, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).on('error', reject)
    })
  expect(await statusOf('two.example')).toBe(200)
  expect(await statusOf('three.example')).toBe(421)
  worker.signal('SIGTERM')
  await worker.ended
})

test('Commands and tasks get the environment as it is, with the variables of their job and no others of this program.', async () => {
  const clean = 'env -i PATH="$PATH"'
  const script = `${clean} offstage run -- env X=1 env; ${clean} offstage run shows`
  project.write('tasks/shows.mjs', 'export default () => Object.keys(process.env).sort()')
  const { stdout } = await project.shell(script)
  const lines = stdout.trimEnd().split('\n')
  const tasks = JSON.parse(lines.pop() ?? '') as string[]
  // The shell that starts the program in this test adds the others.
  const given = (names: readonly string[]) =>
    names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)).sort()
  const names = given(lines.map((line) => line.replace(/=.*/, '')))
  expect(names).toEqual(['OFFSTAGE_ATTEMPT', 'OFFSTAGE_JOB_ID', 'PATH', 'X'])
  expect(given(tasks)).toEqual(['PATH'])
})

test('Each flag of workers start has an environment variable, and the help names it.', async () => {
  const { stdout } = await cliProject().run(['workers', 'start', '--help'])
  const list = stdout.slice(stdout.indexOf('FLAGS'), stdout.indexOf('DESCRIPTION'))
  const flags = list.split(/\n(?= {2,8}(?:-\w, )?--)/).slice(1)
  expect(flags.length).toBeGreaterThan(14)
  expect(flags.filter((flag) => !/\benv: OFFSTAGE_/.test(flag.replace(/\n +/g, ' ')))).toEqual([])
})
