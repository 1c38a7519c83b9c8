import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type CliProject, cliProject, eventually, isAlive } from '../support/cli.js'
import { Host, library } from '../support/host.js'
import { finishedJobs, jobsOf } from '../support/store.js'
import { isOnRedis, sqliteOnly } from '../support/tested-store.js'

const apart = sqliteOnly(test, 'an engine on Redis has no store process')

const head = `import { createEngine } from ${JSON.stringify(library)}
const tasks = { count: async (number) => number }
const say = (value) => process.stdout.write(value + '\\n')
`

async function ends(pid: number): Promise<void> {
  await eventually(() => expect(isAlive(pid)).toBe(false))
}

async function numbersIn(project: CliProject): Promise<readonly unknown[]> {
  return (await jobsOf(project)).map(({ args }) => args[0])
}

test('A program that forgets to close its engine ends by itself, without a word, and its store process with it.', async () => {
  const project = cliProject({
    'host.mjs': `${head}
const engine = await createEngine({ store: process.env.OFFSTAGE_STORE, tasks })
await engine.enqueue('count', [1])
say(process.ppid)
process.stdin.once('data', () => process.stdin.destroy())
`,
  })
  const host = new Host(project, 'host.mjs')
  await host.line()
  expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
  expect(await numbersIn(project)).toEqual([1])
})

test('Flags and modules that are meant for the Node of the host do not reach the store process.', async () => {
  const project = cliProject({
    'noise.cjs': `require('node:fs').appendFileSync(process.env.LOADED, process.argv[1] + '\\n')`,
    'host.mjs': `${head}
const engine = await createEngine({ store: process.env.OFFSTAGE_STORE, tasks })
await engine.enqueue('count', [1])
await engine.close()
`,
  })
  const loaded = project.path('loaded.txt')
  const env = { NODE_OPTIONS: `--require ${project.path('noise.cjs')} --max-old-space-size=300`, LOADED: loaded }
  expect(await new Host(project, 'host.mjs', env).ended).toEqual({ code: 0, signal: null, stderr: '' })
  expect(project.lines('loaded.txt')).toEqual([project.path('host.mjs')])
})

apart(
  'Signals to all processes of a server do not end the store process before the server has closed its engine.',
  async () => {
    const project = cliProject({
      'host.mjs': `${head}
const engine = await createEngine({ store: process.env.OFFSTAGE_STORE, tasks })
const goOn = setInterval(() => {}, 1_000)
process.on('SIGINT', () => {}).on('SIGHUP', () => {})
process.once('SIGTERM', async () => {
  await engine.enqueue('count', [2])
  process.once('SIGUSR2', async () => {
    await engine.enqueue('count', [3])
    await engine.close()
    clearInterval(goOn)
  })
  say('enqueued')
})
await engine.enqueue('count', [1])
say('ready')
`,
    })
    const host = new Host(project, 'host.mjs')
    expect(await host.line()).toBe('ready')
    const store = host.storeProcess()
    // As a terminal does it, and as a service manager that signals each process of the service.
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) {
      host.signalGroup(signal)
      process.kill(store, signal)
    }
    expect(await host.line()).toBe('enqueued')
    host.signal('SIGUSR2')
    expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
    await ends(store)
    expect(await numbersIn(project)).toEqual([1, 2, 3])
  },
)

test('A server that is killed loses no job that it was promised, and its store process ends.', async () => {
  const project = cliProject({
    'host.mjs': `${head}
const engine = await createEngine({ store: process.env.OFFSTAGE_STORE, tasks })
let number = 0
const produce = async () => {
  for (;;) {
    const own = ++number
    await engine.enqueue('count', [own])
    say(own)
  }
}
for (let producer = 0; producer < 20; producer++) void produce()
`,
  })
  const host = new Host(project, 'host.mjs')
  const promised: number[] = []
  let store: number | null = null
  for (let line = await host.line(); line !== null; line = await host.line()) {
    promised.push(Number(line))
    if (promised.length === 1 && !isOnRedis) store = host.storeProcess()
    if (promised.length === 500) host.signal('SIGKILL')
  }
  expect(await host.ended).toMatchObject({ signal: 'SIGKILL', stderr: '' })
  if (store !== null) await ends(store)
  const shown = await project.json<{ items: { args: [number] }[] }>(['jobs', 'list', '--limit', '1000'])
  const stored = new Set(shown.items.map(({ args }) => args[0]))
  expect(promised.filter((own) => !stored.has(own))).toEqual([])
})

apart('A worker goes on when the store process is killed under it, and runs every job that was promised.', async () => {
  const project = cliProject({
    'host.mjs': `${head}
const engine = await createEngine({ store: process.env.OFFSTAGE_STORE, tasks })
const worker = await engine.startWorker({ inline: true, scheduler: false })
let refused = 0
const promised = []
say('ready')
for (let number = 1; number <= 600; number++) {
  try {
    promised.push((await engine.enqueue('count', [number])).id)
  } catch (error) {
    if (error.code !== 'E_STORE_PROCESS') throw error
    refused++
  }
  if (number === 300) say('half')
}
for (const id of promised) {
  while ((await engine.job(id)).state !== 'completed') await new Promise((resolve) => setTimeout(resolve, 10))
}
say(JSON.stringify({ refused, promised: promised.length }))
await engine.close()
`,
  })
  const host = new Host(project, 'host.mjs')
  expect(await host.line()).toBe('ready')
  const first = host.storeProcess()
  expect(await host.line()).toBe('half')
  process.kill(first, 'SIGKILL')
  const report = JSON.parse((await host.line()) ?? '')
  expect(report.promised + report.refused).toBe(600)
  expect(report.refused).toBeLessThanOrEqual(1)
  expect((await host.ended).code).toBe(0)
  expect(await finishedJobs(project)).toBeGreaterThanOrEqual(report.promised)
})

apart('It starts again where the folder of the server is gone, and it needs no home.', async () => {
  const project = cliProject({
    'host.mjs': `${head}
import { rmdirSync } from 'node:fs'
process.chdir(process.env.GONE)
const engine = await createEngine({ store: 'sqlite:' + process.env.STORE, tasks })
const { id } = await engine.enqueue('count', [1])
rmdirSync(process.env.GONE)
process.once('SIGUSR2', async () => {
  await engine.jobs().catch((error) => say(error.code))
  say((await engine.enqueue('count', [2])).id)
  await engine.close()
})
const goOn = setInterval(() => {}, 1_000)
process.once('SIGUSR2', () => clearInterval(goOn))
say(id) // the signal may come now
`,
  })
  mkdirSync(project.path('gone'))
  const env = { GONE: project.path('gone'), STORE: project.path('.offstage/jobs.db'), HOME: '', XDG_CACHE_HOME: '' }
  const host = new Host(project, 'host.mjs', env)
  expect(await host.line()).toBe('j1')
  const first = host.storeProcess()
  process.kill(first, 'SIGSTOP') // so that a call is pending when it ends
  host.signal('SIGUSR2')
  process.kill(first, 'SIGKILL')
  const lines = [await host.line(), await host.line()]
  expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
  expect(lines.filter((line) => line !== 'E_STORE_PROCESS')).toContain('j2')
})

test('A program that Node watches, and one whose timers a test has replaced, get their jobs stored and run.', async () => {
  const project = cliProject({
    'tasks/double.mjs': 'export default (value) => 2 * value',
    'host.mjs': `${head}
const { setImmediate } = globalThis
globalThis.setImmediate = () => {}
const inline = await createEngine({ tasks: { double: (value) => 2 * value } })
const apart = await createEngine({ store: 'sqlite:other.db', tasks: 'tasks' })
for (const engine of [inline, apart]) {
  await engine.startWorker({ inline: engine === inline })
  say((await engine.finished((await engine.enqueue('double', [4])).id)).result)
}
globalThis.setImmediate = setImmediate
await Promise.all([inline.close(), apart.close()])
`,
  })
  // What `node --watch` sets for the program and all its children.
  const host = new Host(project, 'host.mjs', { WATCH_REPORT_DEPENDENCIES: '1' })
  expect([await host.line(), await host.line()]).toEqual(['8', '8'])
  expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
})
