import { readFileSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJobs, finishedJobs } from '../support/store.js'
import { long } from './settings.js'

const total = long ? 1_000_000 : 200_000
// By then its heap has the size that it keeps: of 1,600,000 jobs it was the first 300,000 that made it grow.
const firstLook = long ? 300_000 : 100_000
const maxWaiting = 20_000
const kept = 5_000
const megabyte = 1024 * 1024

const project = cliProject({
  'tasks/noop.mjs': 'export default () => null\n',
  'offstage.config.json': JSON.stringify({ retention: { most: kept } }),
})
const file = project.path('.offstage/jobs.db')
const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
const rss = (pid: number) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

test(`${total.toLocaleString('en')} jobs through one worker: its memory, the WAL and the file stay within bounds.`, async () => {
  await enqueueJobs(project, 'noop', 1_000, [])
  const worker = project.start(['workers', 'start', '--concurrency', '100'])
  await worker.says(/is ready/)
  let enqueued = 1_000
  let largestWal = 0
  const at: { rss: number; file: number }[] = []
  const look = () => {
    largestWal = Math.max(largestWal, size(`${file}-wal`))
    return { rss: rss(worker.pid), file: size(file) }
  }
  for (;;) {
    const finished = await finishedJobs(project)
    look()
    if (at.length === 0 && finished >= firstLook) at.push(look())
    if (finished >= total) break
    if (enqueued < total && enqueued - finished < maxWaiting) {
      const count = Math.min(5_000, total - enqueued)
      await enqueueJobs(project, 'noop', count, [])
      enqueued += count
    } else await setTimeout(50)
  }
  const [early = look(), end] = [at[0], look()]
  console.log(
    `memory ${Math.round(early.rss / megabyte)} MB after ${firstLook} jobs, ${Math.round(end.rss / megabyte)} MB after ${total}; ` +
      `largest WAL ${Math.round(largestWal / megabyte)} MB; file ${Math.round(end.file / megabyte)} MB`,
  )
  expect(end.rss).toBeLessThan(early.rss * 1.2)
  expect(largestWal).toBeLessThan(64 * megabyte)
  // Ten seconds lie between two looks of the pruner: the long form has many of them.
  if (long) expect(end.file).toBeLessThan(total * 150)
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
}, 600_000)
