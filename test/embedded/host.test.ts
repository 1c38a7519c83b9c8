import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeJob, plainTaskDefaults } from '../../src/domain/request.js'
import { shellTask } from '../../src/domain/shell-task.js'
import { systemClock } from '../../src/engine/clock.js'
import { createEngine, currentJob, task } from '../../src/index.js'
import { openStore, parseStoreUrl } from '../../src/open.js'
import { freshStore, jobWhen, newEngine } from '../support/engines.js'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.js'
import { storeUrlIn } from '../support/tested-store.js'

let folder: TemporaryFolder
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

/** What an engine could change in its process. */
function hostState(): Readonly<Record<string, unknown>> {
  const listeners = process.eventNames().map((name) => [String(name), process.listeners(name as 'exit')])
  const methods = Object.entries(console).filter(([, value]) => typeof value === 'function')
  return {
    listeners: listeners.filter(([, of]) => of?.length !== 0).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    console: new Map(methods),
    stdout: process.stdout.write,
    stderr: process.stderr.write,
    exit: process.exit,
    abort: process.abort,
    kill: process.kill,
    emit: process.emit,
    cwd: process.cwd(),
    env: { ...process.env },
    timers: [setTimeout, setInterval, setImmediate, Date, Date.now],
    rejections: process.listeners('unhandledRejection'),
    stackTraceLimit: Error.stackTraceLimit,
  }
}

test('An engine changes nothing of its process: before, while and after its jobs run.', async () => {
  // The first use of the library loads modules, and those of a driver.
  await (await createEngine({ store: freshStore(), tasks: { nothing() {} } })).close()
  const before = hostState()
  let during: unknown = null
  let finish = () => {}
  const job = task({}, async () => {
    during = hostState()
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    currentJob().log('done')
  })
  const engine = await newEngine({ job })
  expect(hostState()).toEqual(before)
  const worker = await engine.startWorker({ inline: true })
  expect(hostState()).toEqual(before)
  const { id } = await job.enqueue()
  await jobWhen(engine, id, ({ state }) => state === 'running')
  expect(during).toEqual(before)
  expect(hostState()).toEqual(before)
  finish()
  await jobWhen(engine, id, ({ state }) => state === 'completed')
  await worker.stop()
  expect(hostState()).toEqual(before)
  await engine.close()
  expect(hostState()).toEqual(before)
})

test('Task processes change nothing of it either.', async () => {
  mkdirSync(join(folder.path, 'tasks'))
  writeFileSync(join(folder.path, 'tasks/pid.mjs'), 'export default () => { console.log(1); return process.pid }')
  await (await createEngine({ store: freshStore(), tasks: { nothing() {} } })).close()
  const before = hostState()
  const engine = await createEngine({ store: freshStore(), tasks: join(folder.path, 'tasks') })
  try {
    await engine.startWorker()
    const { id } = await engine.enqueue('pid', [])
    const { result } = await jobWhen(engine, id, ({ state }) => state === 'completed')
    expect(result).not.toBe(process.pid)
    expect(hostState()).toEqual(before)
  } finally {
    await engine.close()
  }
  expect(hostState()).toEqual(before)
})

test('Jobs that are commands wait for a worker that runs commands.', async () => {
  const url = freshStore()
  const engine = await newEngine({ noop: () => 'ran' }, url)
  const store = await openStore(parseStoreUrl(url, folder.path), systemClock)
  try {
    const [command] = await store.enqueue([makeJob(shellTask, plainTaskDefaults, '["true"]', {}, systemClock.now())])
    await engine.startWorker({ inline: true, concurrency: 1 })
    const { id } = await engine.enqueue('noop', [])
    await jobWhen(engine, id, ({ state }) => state === 'completed')
    expect(await store.job(command?.id ?? '')).toMatchObject({ state: 'queued', attempt: 0 })
  } finally {
    await store.close()
  }
})

const library = new URL('../../src/index.ts', import.meta.url).href

/** A program that embeds the engine, in a process of its own; `store` is the URL of its store. */
function program(text: string) {
  const file = join(folder.path, 'program.mjs')
  writeFileSync(
    file,
    `import { createEngine, currentJob, task } from '${library}'
const store = '${storeUrlIn(folder.path)}'
${text}`,
  )
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (piece: string) => {
      output[stream] += piece
    })
  }
  const closed = once(child, 'close')
  return {
    child,
    output,
    /** Resolves when this was printed. */
    async printed(line: string): Promise<void> {
      while (!output.stdout.includes(line)) {
        await Promise.race([
          once(child.stdout, 'data'),
          closed.then(() => Promise.reject(new Error(`it ended: ${output.stdout}${output.stderr}`))),
        ])
      }
    },
    async ended() {
      const [code, signal] = await closed
      return { code, signal, ...output }
    },
  }
}

test('A program ends by itself if it forgets to close an engine without a worker, and what it enqueued is stored.', async () => {
  const forgetful = program(`
    const engine = await createEngine({ store, tasks: { noop() {} } })
    console.log((await engine.enqueue('noop', [])).id)
  `)
  expect(await forgetful.ended()).toEqual({ code: 0, signal: null, stdout: 'j1\n', stderr: '' })
  const engine = await newEngine({ noop: () => null }, storeUrlIn(folder.path))
  expect(await engine.job('j1')).toMatchObject({ state: 'queued' })
})

test('After close() no timer, no process and no pipe is left: the program ends by itself.', async () => {
  const closes = program(`
    const resources = () => process.getActiveResourcesInfo().sort().join()
    console.log('before') // opens the pipe of stdout
    await (await createEngine({ store, tasks: { nothing() {} } })).close() // by then what the loader of TypeScript has started is over
    const before = resources()
    const engine = await createEngine({ store, tasks: { noop() { console.log('ran') } } })
    await engine.startWorker({ inline: true })
    await engine.startWorker({ inline: true })
    const { id } = await engine.enqueue('noop', [])
    while ((await engine.job(id)).state !== 'completed');
    await engine.close()
    console.log(resources() === before ? 'as before' : resources())
  `)
  expect(await closes.ended()).toEqual({ code: 0, signal: null, stdout: 'before\nran\nas before\n', stderr: '' })
})

test('An error that no promise carries is the own of the program, as without an engine.', async () => {
  const crashes = program(`
    const stray = () => { setTimeout(() => { throw new Error('stray') }) ; return new Promise(() => {}) }
    const engine = await createEngine({ store, tasks: { stray } })
    await engine.startWorker({ inline: true })
    await engine.enqueue('stray', [])
  `)
  expect(await crashes.ended()).toMatchObject({ code: 1, stderr: expect.stringMatching(/Error: stray/) })
})

test('A server closes its engine as it gets SIGTERM: what ends within the grace completes, the rest is handed back.', async () => {
  const server = program(`
    import { createServer } from 'node:http'
    const quick = () => new Promise((resolve) => { process.once('SIGTERM', () => setTimeout(resolve, 50, 'finished')) })
    const endless = () => new Promise(() => {})
    const engine = await createEngine({ store, tasks: { quick, endless } })
    await engine.startWorker({ inline: true, grace: '1s' })
    const server = createServer(async (request, response) => {
      const { id } = await engine.enqueue(request.url.slice(1), [])
      while ((await engine.job(id)).state !== 'running');
      response.end(id)
    })
    server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port + '.'))
    process.once('SIGTERM', async () => {
      server.close()
      server.closeAllConnections()
      await engine.close()
      console.log('closed')
    })
  `)
  await server.printed('.')
  const port = /port (\d+)/.exec(server.output.stdout)?.[1]
  const ids = []
  for (const name of ['quick', 'endless']) ids.push(await (await fetch(`http://127.0.0.1:${port}/${name}`)).text())
  server.child.kill('SIGTERM')
  expect(await server.ended()).toMatchObject({ code: 0, signal: null, stdout: expect.stringMatching(/closed\n$/) })
  const engine = await newEngine({ noop: () => null }, storeUrlIn(folder.path))
  const [quick, endless] = await Promise.all(ids.map((id) => engine.job(id)))
  expect(quick).toMatchObject({ state: 'completed', result: 'finished', attempt: 1 })
  expect(endless).toMatchObject({ state: 'queued', failures: 0, losses: 0 })
})
