import { afterEach, beforeEach, expect, test } from 'vitest'
import { cliProject, eventually } from '../../support/cli.js'
import { RedisServer } from '../../support/redis-server.js'
import { TmuxTerminal } from '../../support/tmux.js'

const tasks = {
  'tasks/wait.mjs': `import { setTimeout } from 'node:timers/promises'
export default async function wait() {
  console.log('begun')
  await setTimeout(60_000)
}
`,
}

let server: RedisServer
let env: Readonly<Record<string, string>>
beforeEach(async () => {
  server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' })
  env = { OFFSTAGE_STORE: server.url }
})
afterEach(() => server.stop())

test('A monitor keeps the last picture with its age while Redis is gone, and goes on with it when it is back.', async () => {
  const project = cliProject(tasks)
  await project.run(['run', 'wait', '--detach'], { env })
  const terminal = new TmuxTerminal(project, 'offstage monitor -n 0.2', { env })
  await terminal.shows(/● live/)
  await server.kill()
  expect(await terminal.shows(/▲ .+ old/)).toContain('default')
  await server.restart()
  await terminal.shows(/● live/)
  terminal.press('q')
  await terminal.shows(/exit code 0/)
})

test.each([
  [['workers', 'start'], 143],
  [['run', 'wait'], 130],
] as const)('A second signal ends %j while Redis is frozen: exit code %d.', async (args, exitCode) => {
  const project = cliProject(tasks)
  await project.run(['run', 'wait', '--detach'], { env })
  const command = project.start(args, { env })
  await command.says(/begun/)
  server.freeze()
  try {
    command.signal('SIGINT')
    if (args[0] === 'workers') await command.says(/a second signal/)
    command.signal('SIGTERM')
    expect((await command.ended).exitCode).toBe(exitCode)
  } finally {
    server.thaw()
  }
  await eventually(() => expect(project.processes()).toEqual([]))
})

test('A worker says that somebody has emptied its store, and goes on.', async () => {
  const project = cliProject({ 'tasks/note.mjs': 'export default () => 1\n' })
  const worker = project.start(['workers', 'start', '--no-scheduler'], { env })
  await worker.says(/worker w1 is ready/)
  server.cli('FLUSHALL')
  await worker.says(/somebody has emptied the store: worker w1, its jobs and all others are gone; it goes on as w\d+/)
  expect((await project.run(['run', 'note', '--wait'], { env })).stdout).toBe('1\n')
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})
