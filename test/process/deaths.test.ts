import { describe, expect, test } from 'vitest'
import { type CliProject, cliProject, eventually } from '../support/cli.js'
import { enqueueJob, enqueueJobs, jobOf, jobsOf } from '../support/store.js'

const tasks = {
  'tasks/die.mjs': `import { spawn } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
export function blocked() {
  appendFileSync('starts.txt', currentJob().attempt + ' ' + process.pid + ' ' + process.ppid + '\\n')
  while (currentJob().attempt === 1);
  console.log('the second time')
}
export async function blocksLater() {
  await setTimeout(1_500)
  appendFileSync('starts.txt', 'blocks now\\n')
  for (;;);
}
export async function until(file) {
  appendFileSync('starts.txt', currentJob().id + ' ' + process.pid + '\\n')
  while (!existsSync(file)) await setTimeout(20)
}
export async function starts() {
  appendFileSync('starts.txt', spawn('sleep', ['986'], { stdio: 'ignore' }).pid + '\\n')
  await setTimeout(60_000)
}
export const nothing = () => null
export const exits = () => process.exit(7)
export const kills = () => process.kill(process.pid, 'SIGKILL')
export async function slow() {
  await setTimeout(300)
  return 'slow but good'
}
`,
}
const starts = (project: CliProject) => project.lines('starts.txt').map((line) => line.split(' '))

describe.concurrent('deaths', () => {
  test('When a worker is killed in the middle of a job, another ends what it left, even a blocked loop, and runs the job again.', async () => {
    const project = cliProject(tasks)
    const first = project.start(['workers', 'start'])
    await enqueueJob(project, 'die.blocked')
    await eventually(() => expect(starts(project)).toHaveLength(1))
    const second = project.start(['workers', 'start'])
    await second.says(/is ready/)
    first.signal('SIGKILL')
    await second.says(/the second time/)
    expect(project.processes()).not.toContain(Number(starts(project)[0]?.[1]))
    second.signal('SIGTERM')
    expect((await second.ended).exitCode).toBe(0)

    const job = await jobOf(project, 'j1')
    expect(job).toMatchObject({ state: 'completed', attempt: 2, losses: 1, failures: 0 })
    expect(job.attempts).toMatchObject([{ state: 'failed', reason: 'lost', endedBy: 'lost' }, { state: 'completed' }])
    expect(new Set(job.attempts.map(({ worker }) => worker)).size).toBe(2)
    expect(starts(project).map(([attempt, , worker]) => [attempt, Number(worker)])).toEqual([
      ['1', first.pid],
      ['2', second.pid],
    ])
  })

  test('A task that blocks its loop for ever does not outlive a killed worker, though nobody takes its jobs back.', async () => {
    const project = cliProject(tasks)
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    await enqueueJob(project, 'die.blocksLater')
    await eventually(() => expect(starts(project)).toHaveLength(1))
    worker.signal('SIGKILL')
    await worker.ended
    await eventually(() => expect(project.processes()).toEqual([]))
  })

  test('What a task has started does not outlive a killed worker.', async () => {
    const project = cliProject(tasks)
    const worker = project.start(['workers', 'start'])
    await enqueueJob(project, 'die.starts')
    await eventually(() => expect(starts(project)).toHaveLength(1))
    const pid = Number(starts(project)[0]?.[0])
    process.kill(pid, 0)
    worker.signal('SIGKILL')
    await worker.ended
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
  })

  test('A job that ends its process is blamed for it, and not the one before it.', async () => {
    const project = cliProject(tasks)
    const before = await enqueueJobs(project, 'die.nothing', 5, [])
    const culprit = await enqueueJob(project, 'die.exits')
    const after = await enqueueJobs(project, 'die.nothing', 5, [])
    await project.run(['workers', 'start', '--burst', '--concurrency', '1'])
    const jobs = await Promise.all([...before, ...after].map((id) => jobOf(project, id)))
    expect(jobs.filter(({ state, losses }) => state !== 'completed' || losses > 0)).toEqual([])
    expect(await jobOf(project, culprit)).toMatchObject({ state: 'failed', reason: 'lost', losses: 3 })
  })

  test('A task process ends by itself when its worker is killed.', async () => {
    const project = cliProject(tasks)
    const run = project.start(['run', 'die.until', 'go'])
    await eventually(() => expect(starts(project)).toHaveLength(1))
    expect(project.processes()).toContain(Number(starts(project)[0]?.[1]))
    run.signal('SIGKILL')
    await run.ended
    await eventually(() => expect(project.processes()).toEqual([]))

    // The job of a foreground run that was killed is left to the workers.
    project.write('go', '')
    expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
    expect(await jobOf(project, 'j1')).toMatchObject({ state: 'completed', attempt: 2, losses: 1 })
  })

  test.each([
    ['exits', 'exit code 7', 'exit'],
    ['kills', 'signal SIGKILL', 'lost'],
  ])('A task that %s its process fails as lost after three times alone: exit code 1.', async (name, how, endedBy) => {
    const project = cliProject(tasks)
    const run = await project.run(['run', `die.${name}`, '--json'])
    expect(run.exitCode).toBe(1)
    const job = JSON.parse(run.stdout)
    expect(job).toMatchObject({ state: 'failed', reason: 'lost', attempt: 3, losses: 3, failures: 0 })
    expect(job.attempts.map((attempt: { endedBy: string }) => attempt.endedBy)).toEqual([endedBy, endedBy, endedBy])
    expect(run.stderr).toContain(how)
  })

  test('A task that ends its process costs the worker nothing: what comes after it completes.', async () => {
    const project = cliProject(tasks)
    const worker = project.start(['workers', 'start'])
    for (const name of ['exits', 'kills']) await enqueueJob(project, `die.${name}`)
    for (const id of ['j1', 'j2'])
      await eventually(async () => expect(await jobOf(project, id)).toMatchObject({ state: 'failed' }))
    await enqueueJob(project, 'die.slow')
    await eventually(async () => expect(await jobOf(project, 'j3')).toMatchObject({ state: 'completed', attempt: 1 }))
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
    const jobs = await jobsOf(project)
    expect(jobs.map(({ task, state, reason }) => [task, state, reason])).toEqual([
      ['die.exits', 'failed', 'lost'],
      ['die.kills', 'failed', 'lost'],
      ['die.slow', 'completed', null],
    ])
  })
})
