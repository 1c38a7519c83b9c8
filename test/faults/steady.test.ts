import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import { cliProject } from '../support/cli.js'
import { enqueueJobs, finishedJobs } from '../support/store.js'
import { long } from './settings.js'

const megabyte = 1024 * 1024
const project = cliProject({
  'tasks/mixed.mjs': `export default () => null
export const fails = () => { throw new Error('again') }
export const prints = () => { for (let n = 0; n < 50; n++) console.log('line', n) }
`,
  'tasks/program.sh': '#!/bin/sh\ncat > /dev/null\necho line >&2\necho 1\n',
})

/** What a process holds: memory, open files, and its children. */
function held(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return {
    rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    children: children.length,
  }
}

// The heap grows to its size in the first half.
const rounds = long ? 240 : 10

test(`A worker with jobs of every kind, ${rounds} rounds of them, holds as much memory and as many files at the end as half-way.`, async () => {
  chmodSync(project.path('tasks/program.sh'), 0o755)
  await project.run(['run', 'mixed'])
  const worker = project.start(['workers', 'start'])
  const looks: ReturnType<typeof held>[] = []
  let asked = await finishedJobs(project)
  for (let round = 0; round < rounds; round++) {
    await enqueueJobs(project, 'mixed', 400, [])
    await enqueueJobs(project, 'mixed.fails', 50, [], { retries: 0 })
    await enqueueJobs(project, 'mixed.prints', 50, [])
    await enqueueJobs(project, 'program', 10, [])
    asked += 510
    while ((await finishedJobs(project)) < asked) await systemClock.sleep(20)
    looks.push(held(worker.pid))
  }
  const half = looks.slice(rounds / 2 - 3, rounds / 2)
  const end = looks.slice(-3)
  const most = (of: typeof looks, name: keyof ReturnType<typeof held>) => Math.max(...of.map((look) => look[name]))
  const least = (of: typeof looks, name: keyof ReturnType<typeof held>) => Math.min(...of.map((look) => look[name]))
  console.log(
    `memory ${Math.round(most(half, 'rss') / megabyte)} MB half-way, ${Math.round(most(end, 'rss') / megabyte)} MB at the end`,
  )
  expect(most(end, 'rss')).toBeLessThan(most(half, 'rss') * 1.2 + 20 * megabyte)
  expect(least(end, 'descriptors')).toBeLessThanOrEqual(most(half, 'descriptors'))
  // A busy worker may start its other task processes in the second half.
  expect(least(end, 'children')).toBeLessThanOrEqual(Math.max(most(half, 'children'), availableParallelism()))
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
}, 1_800_000)

const lines = long ? 500_000 : 100_000

test(`A task that prints ${lines.toLocaleString('en')} lines completes; its log keeps a megabyte, and its worker no more memory.`, async () => {
  const other = cliProject({
    'tasks/loud.mjs': `export default async (lines) => {
  for (let n = 0; n < lines; n++) {
    console.log('line ' + n + ' of many, which nobody is going to read')
    if (n % 1000 === 0) await new Promise(setImmediate)
  }
  return lines
}
`,
  })
  const worker = other.start(['workers', 'start'])
  await worker.says(/is ready/)
  const before = held(worker.pid)
  const job = await other.json(['run', 'loud', `${lines}`, '--wait'])
  expect(job).toMatchObject({ state: 'completed', result: lines, attempt: 1, losses: 0 })
  expect(held(worker.pid).rss - before.rss).toBeLessThan(100 * megabyte)
  const { stdout } = await other.run(['jobs', 'logs', job.id])
  expect(Buffer.byteLength(stdout)).toBeGreaterThan(500_000)
  expect(Buffer.byteLength(stdout)).toBeLessThan(1.2 * megabyte)
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
}, 300_000)
