import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { enqueueJob, finalJobs, jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/time.mjs': `import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob, task } from 'offstage'
const options = { timeout: '200ms', retry: { maxRetries: 0 } }
export const heeds = task(options, async () => {
  console.log('begun')
  await setTimeout(60_000, null, { signal: currentJob().signal })
})
export const blocked = task(options, () => { for (;;); })
export const hangs = task(options, () => new Promise(() => {}))
export const ignores = task(options, async () => {
  while (!currentJob().signal.aborted) await setTimeout(10)
  return 'too late'
})
export const inTime = async () => {
  await setTimeout(300)
  appendFileSync('in-time.txt', 'ended\\n')
}
export const short = () => 1
export const crashes = () => process.kill(process.pid, 'SIGKILL')
export async function neighbour() {
  appendFileSync('neighbours.txt', 'begun\\n')
  while (!existsSync('go')) await setTimeout(20)
  console.log('neighbour done')
}
`,
})

async function workerOn(queue: string, ...flags: string[]) {
  const worker = project.start(['workers', 'start', '--queues', queue, ...flags])
  await worker.says(/is ready/)
  return worker
}
const enqueue = (task: string, queue: string, timeout: string | false = '200ms') =>
  enqueueJob(project, `time.${task}`, [], { queue, timeout, retries: 0 })

describe.concurrent('time limits', () => {
  test('A task that heeds the signal, and one that returns after it, end as timed out: exit code 3.', async () => {
    const runs = await Promise.all(['heeds', 'ignores'].map((name) => project.run(['run', `time.${name}`, '--json'])))
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([3, 3])
    for (const { stdout } of runs) {
      expect(JSON.parse(stdout)).toMatchObject({
        state: 'failed',
        reason: 'timeout',
        failures: 1,
        result: null,
        attempts: [{ endedBy: 'signal', reason: 'timeout' }],
      })
    }
    const plain = await project.run(['run', 'time.heeds', '--timeout', '50ms', '--retries', '1'])
    expect(plain).toMatchObject({ exitCode: 3, stdout: '' })
    expect(plain.stderr.match(/begun/g)).toHaveLength(2)
    expect(plain.stderr).toContain('ran longer than its limit of 50 ms')
  })

  test('A job that ends in time while its worker stands still has completed, whatever its worker reads first.', async () => {
    const worker = await workerOn('still')
    const id = await enqueue('inTime', 'still', '1s')
    await worker.says(/time\.inTime started/)
    process.kill(worker.pid, 'SIGSTOP')
    await eventually(() => expect(project.lines('in-time.txt')).toEqual(['ended']))
    // Its limit passes.
    await setTimeout(1_000)
    process.kill(worker.pid, 'SIGCONT')
    await worker.says(/time\.inTime completed/)
    expect(await jobOf(project, id)).toMatchObject({ state: 'completed', attempt: 1, failures: 0 })
    worker.signal('SIGTERM')
    expect((await worker.ended).stderr).not.toContain('limit')
  })

  test('A blocked event loop is killed with its process after the grace, and the worker goes on.', async () => {
    const worker = await workerOn('blocked')
    const id = await enqueue('blocked', 'blocked')
    await worker.says(/time\.blocked attempt 1 failed/)
    expect(await jobOf(project, id)).toMatchObject({
      state: 'failed',
      reason: 'timeout',
      losses: 0,
      failures: 1,
      attempts: [{ endedBy: 'killed' }],
    })
    await enqueue('heeds', 'blocked')
    await worker.says(/time\.heeds attempt 1 failed/)
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('A job that blocks or crashes at its very beginning, behind many short ones, is the only one to blame.', async () => {
    const worker = await workerOn('behind', '--processes', '1', '--concurrency', '1')
    const short = (count: number) => Array.from({ length: count }, () => enqueue('short', 'behind', '2s'))
    const before = await Promise.all(short(200))
    const blocked = await enqueue('blocked', 'behind')
    const crashes = await enqueueJob(project, 'time.crashes', [], { queue: 'behind', retries: 0 })
    const after = await Promise.all(short(50))
    const [first, second, ...others] = await finalJobs(project, [blocked, crashes, ...before, ...after])
    expect(first).toMatchObject({ state: 'failed', reason: 'timeout', attempts: [{ endedBy: 'killed' }] })
    expect(second).toMatchObject({ state: 'failed', reason: 'lost', losses: 3 })
    expect(others.filter(({ state, failures, losses }) => state !== 'completed' || failures + losses > 0)).toEqual([])
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('A promise that hangs is abandoned after the grace; the job beside it goes on in the old process to its end.', async () => {
    const worker = await workerOn('hangs', '--processes', '1')
    const beside = await enqueue('neighbour', 'hangs', false)
    const id = await enqueue('hangs', 'hangs')
    await worker.says(/time\.hangs attempt 1 failed/)
    project.write('go', '')
    await worker.says(/neighbour done/)
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
    const [job, neighbour] = await Promise.all([id, beside].map((each) => jobOf(project, each)))
    expect(job).toMatchObject({ state: 'failed', reason: 'timeout', attempts: [{ endedBy: 'abandoned' }] })
    expect(neighbour).toMatchObject({ state: 'completed', attempt: 1, failures: 0, losses: 0 })
    expect(project.lines('neighbours.txt')).toEqual(['begun'])
  })
})
