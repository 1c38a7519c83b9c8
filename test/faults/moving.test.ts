import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import { type MovableLocation, openExport, parseStoreUrl } from '../../src/open.js'
import type { Store } from '../../src/stores/store.js'
import { digestsOf } from '../../src/stores/transfer-digest.js'
import { cliProject } from '../support/cli.js'
import { expectConsistent } from '../support/consistency.js'
import { newJob, newWorker, outcomesAt } from '../support/job.js'
import { never, openAt } from '../support/moved-stores.js'
import { RedisServer } from '../support/redis-server.js'
import { newRandom } from './seed.js'
import { long } from './settings.js'

const total = long ? 100_000 : 2_000
const kills = long ? 12 : 4
const random = newRandom()
const outcome = outcomesAt(systemClock)

const project = cliProject()
const server = await RedisServer.start()
afterAll(() => server.stop())
const urls = {
  file: `sqlite:${project.path('a.db')}`,
  redis: `redis://127.0.0.1:${server.port}`,
  back: `sqlite:${project.path('b.db')}`,
}
const at = (url: string) => parseStoreUrl(url, project.root) as MovableLocation

/** Jobs of every state, with lines, on some queues. */
async function makeJobs(store: Store): Promise<void> {
  const worker = await store.register(newWorker(systemClock))
  for (let made = 0; made < total; made += 1_000) {
    const jobs = Array.from({ length: 1_000 }, (_, index) =>
      newJob({
        queue: `q${index % 5}`,
        priority: index % 3,
        task: `task${index % 7}`,
        argsJson: JSON.stringify([{ index, text: 'x'.repeat(index % 200) }]),
        ...(index % 11 === 0 ? { dueAt: systemClock.now() + 3_600_000 } : {}),
        ...(index % 13 === 0 ? { key: { name: `k${made + index}`, policy: 'skip', forMs: 60_000 } } : {}),
        ...(index % 17 === 0 ? { token: { value: `t${made + index}`, validUntil: systemClock.now() + 60_000 } } : {}),
      }),
    )
    await store.enqueue(jobs)
    const claims = await store.claim({ worker, queues: null, limit: 800 })
    await store.append(
      claims.map(({ lease }) => ({
        lease,
        progress: { fraction: 0.5, message: 'half' },
        output: [1, 2, 3].map((line) => ({
          line,
          at: systemClock.now(),
          stream: 'stdout' as const,
          text: `line ${line}`,
        })),
        forget: null,
        usage: { peakBytes: 1_000, cpuMs: 5 },
      })),
    )
    const ends = [
      outcome.completed('{"ok":true}'),
      outcome.failed(),
      outcome.retry(3_600_000),
      outcome.cancelled(),
      outcome.released(true),
    ]
    await store.settle(claims.map(({ lease }, index) => ({ lease, outcome: ends[index % 5] ?? outcome.completed() })))
  }
  await store.deregister(worker)
}

async function digests(url: string) {
  const source = await openExport(at(url), systemClock, true)
  try {
    return await digestsOf(source, never)
  } finally {
    await source.close()
  }
}

async function isMarked(url: string): Promise<boolean> {
  const source = await openExport(at(url), systemClock, true)
  try {
    return (await source.mark()) !== null
  } finally {
    await source.close()
  }
}

/** The most memory that a process had; 0 when it is over. */
function megabytes(pid: number): number {
  const [, kilobytes = 0] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1_024)
}

/** Runs the move to its end; answers how long it took and the most memory that it had. */
async function moveAll(from: string, to: string) {
  const begun = systemClock.monotonicMs()
  const command = project.start(['store', 'move', '--from', from, '--to', to, '--yes'])
  let memory = 0
  let isOver = false
  const ended = command.ended.finally(() => {
    isOver = true
  })
  while (!isOver) {
    try {
      memory = Math.max(memory, megabytes(command.pid))
    } catch {} // it has ended
    await Promise.race([ended, setTimeout(20)])
  }
  const { exitCode, stderr } = await ended
  expect(exitCode, stderr).toBe(0)
  return { seconds: Math.round(systemClock.monotonicMs() - begun) / 1_000, memory }
}

test(`A move of ${total.toLocaleString('en')} jobs that is killed again and again is complete in the end, and holds nothing twice.`, async () => {
  const store = await openAt(at(urls.file))
  await makeJobs(store)
  await store.close()
  const before = await digests(urls.file)
  for (const [from, to] of [
    [urls.file, urls.redis],
    [urls.redis, urls.back],
  ] as const) {
    for (let kill = 0; kill < kills; kill++) {
      const command = project.start(['store', 'move', '--from', from, '--to', to, '--yes'])
      while (!(await isMarked(from))) await setTimeout(2)
      await setTimeout(random() * (long ? 6_000 : 500))
      command.signal('SIGKILL')
      await command.ended
    }
    // The last kill may have come after the end.
    const last = await project.run(['store', 'move', '--from', from, '--to', to, '--yes', '--json'])
    if (last.exitCode !== 0) expect(last.stdout).toMatch(/it was moved to/)
    expect(await digests(to)).toEqual(before)
  }
  expectConsistent(project.path('b.db'))
}, 900_000)

test(`${total.toLocaleString('en')} jobs go there and back within bounds of memory.`, async () => {
  const [from, to] = [`redis://127.0.0.1:${server.port}?prefix=again`, `sqlite:${project.path('c.db')}`]
  const there = await moveAll(urls.back, from)
  const back = await moveAll(from, to)
  console.log(
    `${total} jobs: to Redis ${JSON.stringify(there)}, back ${JSON.stringify(back)}; Redis ${server.cli('INFO', 'memory').match(/used_memory_human:\S+/)?.[0]}`,
  )
  expect(await digests(to)).toEqual(await digests(urls.back))
  // 2,000 jobs were seen to take 120 MB, and 100,000 of them 280.
  for (const { memory } of [there, back]) expect(memory).toBeLessThan(300)
}, 900_000)
