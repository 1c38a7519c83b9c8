import { afterAll, beforeAll, expect, test } from 'vitest'
import { cliProject } from '../../support/cli.js'
import { RedisServer } from '../../support/redis-server.js'

const project = cliProject({ 'tasks/note.ts': 'export default () => "noted"' })
let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.start()
})
afterAll(() => server.stop())

// Where all tests run over Redis, all workers run commands.
const noCommands = { OFFSTAGE_ALLOW_COMMANDS: '' }
const inStore = (args: readonly string[]) => project.run(args, { env: { OFFSTAGE_STORE: server.url, ...noCommands } })
const stateOf = async (id: string) => JSON.parse((await inStore(['status', id, '--json'])).stdout).state

test('A worker runs commands of a store on Redis only if it is told to.', async () => {
  const command = (await inStore(['run', '--detach', '--', 'echo', 'hello'])).stdout.trim()
  const task = (await inStore(['run', 'note', '--detach'])).stdout.trim()

  const careful = await inStore(['workers', 'start', '--burst', '--no-scheduler'])
  expect(careful.stderr).toContain('commands are left to other workers: with --allow-commands this one runs them too')
  expect(careful.stderr).toContain(
    'left 1 job of tasks that this worker does not know: commands (without --allow-commands)',
  )
  expect(careful.exitCode).toBe(0)
  expect([await stateOf(command), await stateOf(task)]).toEqual(['queued', 'completed'])

  const trusting = await inStore(['workers', 'start', '--burst', '--no-scheduler', '--allow-commands'])
  expect(trusting.stderr).not.toContain('left')
  expect(await stateOf(command)).toBe('completed')
})

test('Its health says that it can be read.', async () => {
  expect((await inStore(['health'])).stdout).toMatch(/store: readable$/m)
})

test('A command that somebody runs here and now needs no permission.', async () => {
  expect(await inStore(['run', '--', 'echo', 'hello'])).toMatchObject({ stdout: 'hello\n', exitCode: 0 })
})

test('In a folder without a project such a worker has nothing to run.', async () => {
  const { stderr, exitCode } = await project.run(['workers', 'start', '--store', server.url, '--cwd', project.base], {
    env: noCommands,
  })
  expect(stderr).toContain('and commands from a store on Redis are not allowed here')
  expect(stderr).toContain('or add --allow-commands')
  expect(exitCode).toBe(2)
})
