import { appendFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'

const total = 10_000

// A job waits for the file "go", so that all of this is seen while jobs run.
const project = cliProject({
  'tasks/ledger.mjs': `import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
let open = false
export default async ({ n }) => {
  while (!open && !(open = existsSync('go'))) await setTimeout(20)
  appendFileSync('ledger.txt', n + ' ' + process.ppid + '\\n')
}
`,
  'jobs.jsonl': Array.from({ length: total }, (_, n) => JSON.stringify({ n })).join('\n'),
})

interface Status {
  readonly queues: readonly Readonly<Record<string, number>>[]
  readonly workers: readonly { readonly pid: number; readonly running: readonly unknown[] }[]
}

async function look() {
  const { queues, workers } = await project.json<Status>(['status'])
  const [counts = {}] = queues
  const states = ['scheduled', 'queued', 'running', 'completed', 'failed', 'cancelled']
  return { counts, workers, sum: states.reduce((sum, state) => sum + (counts[state] ?? 0), 0) }
}

test('Two workers share ten thousand jobs: each runs once, both take part, and the states add up all the while.', async () => {
  const workers = [project.start(['workers', 'start']), project.start(['workers', 'start'])]
  await Promise.all(workers.map((worker) => worker.says(/is ready/)))

  const enqueue = project.start(['run', 'ledger', '--each', 'jobs.jsonl', '--detach'])
  const sums: number[] = []
  let stored = false
  const enqueued = enqueue.ended.finally(() => {
    stored = true
  })
  while (!stored) sums.push((await look()).sum)
  const { stdout, exitCode } = await enqueued
  expect(exitCode).toBe(0)
  const ids = stdout.trimEnd().split('\n')
  expect(new Set(ids).size).toBe(total)
  // A thousand are stored at a time.
  expect(sums.filter((sum) => sum % 1_000 !== 0)).toEqual([])

  const both = await eventually(async () => {
    const seen = await look()
    expect(seen.workers.map(({ running }) => running.length)).toEqual([10, 10])
    return seen
  })
  expect(both.sum).toBe(total)
  expect(both.counts.running).toBe(20)
  expect(both.workers.map(({ pid }) => pid).sort()).toEqual(workers.map(({ pid }) => pid).sort())

  appendFileSync(project.path('go'), '')
  const drained: number[] = []
  const done = await eventually(async () => {
    const seen = await look()
    drained.push(seen.sum)
    expect(seen.counts.completed).toBe(total)
    return seen
  })
  expect(new Set(drained)).toEqual(new Set([total]))
  expect(done.counts).toMatchObject({ queued: 0, running: 0, failed: 0 })
  const ledger = project.lines('ledger.txt').map((line) => line.split(' '))
  expect(ledger.length).toBe(total)
  expect(new Set(ledger.map(([n]) => n)).size).toBe(total)
  const runBy = new Set(ledger.map(([, pid]) => Number(pid)))
  expect([...runBy].sort()).toEqual(workers.map(({ pid }) => pid).sort())

  for (const worker of workers) worker.signal('SIGTERM')
  const ends = await Promise.all(workers.map((worker) => worker.ended))
  expect(ends.map((end) => end.exitCode)).toEqual([0, 0])
  expect((await look()).workers).toEqual([])
}, 60_000)
