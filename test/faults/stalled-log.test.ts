import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { StalledCommand } from '../support/stalled-reader.js'
import { enqueueJob, finalJobs } from '../support/store.js'
import { long } from './settings.js'

const lines = long ? 500_000 : 100_000
const stallMs = long ? 60_000 : 3_000
const megabyte = 1024 * 1024

interface Workers {
  readonly items: readonly { readonly state: string; readonly lastBeatAt: string }[]
}

const project = cliProject({
  'tasks/talk.mjs': `export const much = async (lines) => {
  for (let line = 0; line < lines; line++) {
    console.log('line', line, 'x'.repeat(90))
    if (line % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
`,
})

const rssOf = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** The most memory of a worker whose job prints all lines, while its log is read or not. */
async function peakOf(isRead: boolean): Promise<number> {
  const worker = new StalledCommand(project, 'stderr', [
    'workers',
    'start',
    '--queues',
    isRead ? 'default' : 'default,other',
  ])
  if (isRead) worker.drain()
  const much = await enqueueJob(project, 'talk.much', [lines])
  const stalledAt = performance.now()
  let most = 0
  do {
    const { items } = await project.json<Workers>(['workers', 'list'])
    // The worker before has left.
    expect(items.map(({ state }) => state).filter((state) => state !== 'alive')).toEqual([])
    for (const { lastBeatAt } of items) expect(Date.now() - Date.parse(lastBeatAt)).toBeLessThan(10_000)
    most = Math.max(most, rssOf(worker.pid))
  } while (performance.now() - stalledAt < stallMs)
  expect(await finalJobs(project, [much])).toMatchObject([{ state: 'completed', attempt: 1, losses: 0 }])
  most = Math.max(most, rssOf(worker.pid))
  worker.signal('SIGTERM')
  expect(await worker.ended).toBe(0)
  return most
}

test.skipIf(process.platform !== 'linux')(
  `${lines.toLocaleString('en')} lines into a log that nobody reads cost under 50 MB and no beat.`,
  async () => {
    const read = await peakOf(true)
    const stalled = await peakOf(false)
    const [readMb, stalledMb] = [read, stalled].map((bytes) => Math.round(bytes / megabyte))
    console.log(`stalled log: at most ${stalledMb} MB after ${lines} lines, ${readMb} MB where somebody reads`)
    expect(stalled - read).toBeLessThan(50 * megabyte)
  },
  300_000,
)
