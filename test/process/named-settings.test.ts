import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

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
  expect(await said(['status'])).toContain(
    `the store of ${project.root}: sqlite://x.db has slashes that belong to no path`,
  )
  project.write('offstage.config.json', '{}')
})

test('Queues that are none are refused with where they were written.', async () => {
  expect(await said(['workers', 'start'], { OFFSTAGE_QUEUES: 'a,,b' })).toContain(
    '2 error: OFFSTAGE_QUEUES: "" is no queue name',
  )
  expect(await said(['workers', 'start', '--queues', 'a b'])).toContain('2 error: --queues: "a b" is no queue name')
})

test('A config module without a default export is told so.', async () => {
  const other = cliProject({ 'offstage.config.mjs': 'export const store = "memory:"\n' })
  expect((await other.run(['status'])).stderr).toBe(
    `error: ${other.path('offstage.config.mjs')}: it has no default export; write: export default { ... }\n`,
  )
})
