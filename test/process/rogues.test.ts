import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EnqueueOptions } from '../../src/domain/request.js'
import type { JobJson } from '../../src/views/job.js'
import { cliProject, type RunningCli } from '../support/cli.js'
import { enqueueJob, enqueueJobs, finalJobs } from '../support/store.js'

const project = cliProject({
  'tasks/rogue.mjs': `import { setTimeout } from 'node:timers/promises'
import { task } from 'offstage'
const soon = { grace: '300ms' }
export const hangs = task(soon, () => new Promise(() => {}))
export const spins = task(soon, () => { while (true); })
export const ignores = task(soon, () => setTimeout(60_000))
export const exits = task({}, () => process.exit(3))
export const crashes = task({}, () => process.kill(process.pid, 'SIGSEGV'))
export const heap = task({}, async () => {
  const kept = []
  for (;;) { kept.push(new Array(100_000).fill(kept.length)); await setTimeout(0) }
})
export const buffers = task({}, async () => {
  const kept = []
  for (;;) { kept.push(Buffer.alloc(8 * 1024 * 1024, 1)); await setTimeout(5) }
})
export const text = task({}, () => { throw 'just a text' })
export const nothing = task({}, () => { throw undefined })
export const late = task({}, () => { globalThis.setTimeout(() => Promise.reject(new Error('too late')), 20); return 'in time' })
export const callback = task({}, async () => { globalThis.setTimeout(() => { throw new Error('in a callback') }, 10); await setTimeout(60_000) })
export const rejects = task({}, async () => { Promise.reject(new Error('unheard')); await setTimeout(60_000) })
export const cycle = task({}, () => { const cycle = {}; cycle.self = cycle; return cycle })
export const large = task({}, () => 'x'.repeat(100 * 1024 * 1024))
export const prints = task({}, async () => {
  const line = 'y'.repeat(1023) + '\\n'
  for (let megabyte = 0; megabyte < 50; megabyte++) { for (let n = 0; n < 1024; n++) process.stdout.write(line); await setTimeout(0) }
  return 'printed'
})
export const json = task({}, (value) => { JSON.stringify = () => 'evil'; JSON.parse = () => [{ evil: true }]; return value })
export const echo = (value) => value
export const unreadable = task({}, () => { Object.prototype.toJSON = () => 'unreadable'; return 'unheard' })
export const scrambled = task({}, () => { Array.prototype.toJSON = () => 'scrambled'; console.log('unheard') })
export const tells = task({}, async () => { await new Promise((sent) => process.send('ready', sent)); process.send({ type: 'x' }); process.send({ type: 'progress', done: 5 }); return 'told' })
export const good = async (n) => { await setTimeout(20); return n }
`,
})

let worker: RunningCli
beforeAll(async () => {
  worker = project.start(['workers', 'start', '--concurrency', '8', '--processes', '2', '--max-memory', '300mb'])
  await worker.says(/is ready/)
})
afterAll(async () => {
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})

/** How the rogue ended, beside twenty jobs of a good task that were enqueued around it. */
async function beside(name: string, options: EnqueueOptions): Promise<JobJson> {
  const before = await enqueueJobs(project, 'rogue.good', 10, [1])
  const id = await enqueueJob(project, `rogue.${name}`, [], { retries: 0, ...options })
  const after = await enqueueJobs(project, 'rogue.good', 10, [2])
  const [rogue, ...good] = await finalJobs(project, [id, ...before, ...after])
  expect(
    good.filter(({ state, failures, reason }) => state !== 'completed' || failures > 0 || reason !== null),
  ).toEqual([])
  expect(good).toHaveLength(20)
  if (rogue === undefined) throw new Error('no rogue')
  return rogue
}

const limited = { timeout: '300ms' }
const failed = (message: string | RegExp) => ({
  state: 'failed',
  reason: 'error',
  attempt: 1,
  error: { message: expect.stringMatching(message) },
})
const timedOut = (endedBy: string) => ({
  state: 'failed',
  reason: 'timeout',
  failures: 1,
  losses: 0,
  error: { name: 'TimeoutError', message: 'ran longer than its limit of 300 ms' },
  attempts: [{ endedBy, reason: 'timeout' }],
})
const lost = (endedBy: string, name: string, message: RegExp) => ({
  state: 'failed',
  reason: 'lost',
  failures: 0,
  error: { name, message: expect.stringMatching(message) },
  attempts: expect.arrayContaining([expect.objectContaining({ endedBy, reason: 'lost' })]),
})

describe('a rogue task ends honestly, and twenty jobs beside it complete', () => {
  test.each<readonly [string, EnqueueOptions, object]>([
    ['hangs', limited, timedOut('abandoned')],
    ['spins', limited, timedOut('killed')],
    ['ignores', limited, timedOut('abandoned')],
    ['exits', {}, lost('exit', 'ProcessLost', /exit code 3/)],
    ['crashes', {}, lost('lost', 'ProcessLost', /signal SIGSEGV/)],
    ['heap', {}, lost('lost', 'OutOfMemory', /out of memory|over the limit of 300 MB/)],
    [
      'buffers',
      {},
      lost('lost', 'OutOfMemory', /\(killed: it used \d{3} MB, over the limit of 300 MB \(--max-memory\)\)/),
    ],
    ['text', {}, failed('thrown value: "just a text"')],
    ['nothing', {}, failed('thrown value: undefined')],
    ['late', {}, { state: 'completed', result: 'in time', attempts: [{ endedBy: 'return' }] }],
    ['callback', {}, failed('in a callback')],
    ['rejects', {}, failed('unheard')],
    ['cycle', {}, failed('result.self refers back to what contains it')],
    ['large', {}, failed('result is a text of 104857600 characters, over the limit')],
    ['prints', {}, { state: 'completed', result: 'printed' }],
    ['tells', {}, { state: 'completed', result: 'told', losses: 0 }],
    ['scrambled', {}, lost('lost', 'ProcessLost', /signal SIGKILL/)],
    ['unreadable', {}, lost('lost', 'ProcessLost', /signal SIGKILL/)],
  ])('%s', async (name, options, expected) => {
    expect(await beside(name, options)).toMatchObject(expected)
  })

  test('What a process sent that could not be read is said in the error.', async () => {
    const id = await enqueueJob(project, 'rogue.unreadable', [], { retries: 0 })
    const [job] = await finalJobs(project, [id])
    expect(job?.error?.stack).toContain('its messages cannot be read')
  })

  test('A task that puts other functions in the place of JSON changes no arguments and no results.', async () => {
    const value = { a: [1, 'two'] }
    const ids = [
      await enqueueJob(project, 'rogue.json', [value]),
      ...(await enqueueJobs(project, 'rogue.echo', 8, [value])),
    ]
    for (const job of await finalJobs(project, ids))
      expect(job).toMatchObject({ state: 'completed', args: [value], result: value })
  })

  test('The late rejection was told with the name of its task, and its process was replaced.', async () => {
    await worker.says(/unhandled rejection of rogue\.late \(j\d+\), after its end: Error: too late/)
  })
})
