import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { isOnRedis } from '../support/tested-store.js'

// Notes, as each process ends, which of Node's own modules it has loaded.
const note = `
  const { appendFileSync } = require('node:fs')
  process.once('exit', () => {
    const modules = process.moduleLoadList.flatMap((line) => /^NativeModule ([a-z_/]+)$/.exec(line)?.[1] ?? [])
    appendFileSync(process.env.LOADED, JSON.stringify({ isTaskProcess: process.send !== undefined, modules }) + '\\n')
  })
`
const project = cliProject({
  'tasks/hello.ts': "export default (name: string) => 'Hello, ' + name",
  'note.cjs': note,
})

/** What the processes of a command load that take milliseconds to load. */
async function slowModules(args: readonly string[]) {
  const file = `loaded-by-${args.join('-')}.txt`
  const env = { NODE_OPTIONS: `--require ${project.path('note.cjs')}`, LOADED: project.path(file) }
  const { exitCode, stderr } = await project.run(args, { env })
  expect([exitCode, stderr]).toEqual([0, ''])
  return project.lines(file).map((line) => {
    const { isTaskProcess, modules } = JSON.parse(line) as { isTaskProcess: boolean; modules: readonly string[] }
    return { isTaskProcess, slow: slow.filter((module) => modules.includes(module)) }
  })
}

// The client of Redis needs some of them.
const needed = isOnRedis ? ['crypto'] : []
const slow = ['child_process', 'crypto', 'fs/promises', 'http', 'perf_hooks', 'readline', 'worker_threads']

test('A task runs without node:crypto and the like, in the command and in its task process.', async () => {
  await project.run(['run', 'hello', 'Ada']) // the compiler loads what it likes
  const [task, command] = (await slowModules(['run', 'hello', 'Ada'])).sort((a) => (a.isTaskProcess ? -1 : 1))
  expect(command).toEqual({ isTaskProcess: false, slow: ['child_process', ...needed] })
  expect(task).toMatchObject({ isTaskProcess: true })
  expect(task?.slow).not.toContain('crypto')
})

test.each([
  [['status']],
  [['status', 'j1']],
  [['jobs', 'list']],
  [['queues', 'list']],
  [['metrics']],
  [['metrics', '--format', 'prometheus']],
  [['health']],
  [['schedule', 'list']],
])('offstage %j loads none of the modules of Node that are slow to load.', async (args) => {
  expect(await slowModules(args)).toEqual([{ isTaskProcess: false, slow: needed }])
})

test('offstage --version loads none of them, wherever the store is.', async () => {
  expect(await slowModules(['--version'])).toEqual([{ isTaskProcess: false, slow: [] }])
})

const dist = join(import.meta.dirname, '../../dist')

/** A file of the bundle, and all that it imports before it runs. */
function loadedWith(file: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(file)) return known
  known.add(file)
  const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*["'](\.[^"']+)["']/g)
  for (const [, name = ''] of imports) loadedWith(join(dirname(file), name), known)
  return known
}

test('No command loads React before it shows a live screen.', () => {
  const commands = readdirSync(join(dist, 'commands'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  )
  expect(commands).toContain('monitor.js')
  const usesReact = (file: string) => /react\.(transitional\.)?element/.test(readFileSync(file, 'utf8'))
  const chunks = readdirSync(join(dist, 'chunks')).map((file) => join(dist, 'chunks', file))
  expect(chunks.filter(usesReact)).toHaveLength(1)
  const early = [join(dist, 'src/cli.js'), ...commands.map((file) => join(dist, 'commands', file))]
  expect(early.filter((file) => [...loadedWith(file)].some(usesReact))).toEqual([])
})
