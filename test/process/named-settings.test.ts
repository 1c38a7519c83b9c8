import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { withoutStoreUrl } from '../support/tested-store.js'

const project = cliProject({ 'tasks/one.mjs': 'export default () => 1\n' })
const said = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { stderr, exitCode } = await project.run(args, { env })
  return `${exitCode} ${stderr}`
}

test('A store that is none is refused with where it was written, and with the right form.', async () => {
  expect(await said(['status'], { OFFSTAGE_STORE: '/data/jobs.db' })).toBe(
    '2 error: OFFSTAGE_STORE: /data/jobs.db is not a store\n  write sqlite:/data/jobs.db\n',
  )
  expect(await said(['status', '--store', 'jobs.db'])).toContain(
    '--store: jobs.db is not a store\n  write sqlite:jobs.db',
  )
  project.write('offstage.config.json', '{ "store": "sqlite://x.db" }')
  expect(await said(['status'], withoutStoreUrl)).toContain(
    `the store of ${project.root}: sqlite://x.db has slashes that belong to no path`,
  )
  project.write('offstage.config.json', '{}')
})

test('What may hold a password is not said again in the hint.', async () => {
  for (const url of [
    'sqlite://user:hunter22@host/db',
    'mysql2://user:hunter22@host/app.db',
    '//user:hunter22@host/app',
  ])
    expect(await said(['status', '--store', url])).not.toContain('hunter22')
})

test('Queues that are none are refused with where they were written.', async () => {
  expect(await said(['workers', 'start'], { OFFSTAGE_QUEUES: 'a,,b' })).toContain(
    '2 error: OFFSTAGE_QUEUES: "" is no queue name',
  )
  expect(await said(['workers', 'start', '--queues', 'a b'])).toContain('2 error: --queues: "a b" is no queue name')
})

test('An older report goes whatever is wrong with the command line; another file stays.', async () => {
  for (const wrong of [['--bogus'], ['--retries'], ['--store', 'foo:bar'], ['--cwd', '/no/such'], ['--json=maybe']]) {
    project.write('report.xml', '<?xml version="1.0"?><testsuites/>')
    project.write('notes.txt', 'mine')
    expect((await project.run(['run', 'one', '--junit', 'report.xml', ...wrong])).exitCode).toBe(2)
    expect([wrong, existsSync(project.path('report.xml'))]).toEqual([wrong, false])
    await project.run(['run', 'one', '--junit', 'notes.txt', ...wrong])
    expect(project.read('notes.txt')).toBe('mine')
  }
})

test('What a schema refuses is masked where it repeats a secret.', async () => {
  const schema =
    "{ '~standard': { version: 1, vendor: 'x', validate: (v) => ({ issues: [{ message: 'bad ' + v.password }] }) } }"
  const other = cliProject({
    'tasks/z.mjs': `import { task } from 'offstage'\nexport default task({ schema: ${schema} }, () => 1)\n`,
  })
  for (const more of [[], ['--inline'], ['--detach']])
    expect((await other.run(['run', 'z', 'password=hunter2secret', ...more])).stderr).toBe('error: z: bad ***\n')
})

test('A config module without a default export is told so.', async () => {
  const other = cliProject({ 'offstage.config.mjs': 'export const store = "memory:"\n' })
  expect((await other.run(['status'])).stderr).toBe(
    `error: ${other.path('offstage.config.mjs')}: it has no default export; write: export default { ... }\n`,
  )
})
