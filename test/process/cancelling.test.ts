import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliProject, type RunningCli } from '../support/cli.js'
import { enqueueJob, finalJobs, jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/wait.mjs': `import { setTimeout } from 'node:timers/promises'
import { currentJob, task } from 'offstage'
const options = { grace: '300ms' }
export const heeds = task(options, async () => {
  console.log('heeds begun')
  await setTimeout(60_000, null, { signal: currentJob().signal })
})
export const ignores = task(options, async () => { console.log('ignores begun'); await setTimeout(60_000) })
export const spins = task(options, () => { console.log('spins begun'); setImmediate(() => { for (;;); }); return new Promise(() => {}) })
export const own = task({ isolation: 'own' }, async () => { await setTimeout(50); return process.pid })
`,
})

let worker: RunningCli
beforeAll(async () => {
  worker = project.start(['workers', 'start', '--queues', 'default', '--processes', '2'])
  await worker.says(/is ready/)
})
afterAll(async () => {
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})

describe('jobs cancel', () => {
  test.each([
    ['heeds', 'signal'],
    ['ignores', 'abandoned'],
    ['spins', 'killed'],
  ])('A running job is stopped from another process, and says by which step: %s, %s.', async (name, endedBy) => {
    const id = await enqueueJob(project, `wait.${name}`)
    await worker.says(new RegExp(`${name} begun`))
    const cancel = await project.run(['jobs', 'cancel', id])
    expect(cancel).toMatchObject({ exitCode: 0, stderr: `${id} runs, and was asked to stop\n` })
    const [job] = await finalJobs(project, [id])
    expect(job).toMatchObject({ state: 'cancelled', reason: null, failures: 0, losses: 0, attempts: [{ endedBy }] })
  })

  test('A running job whose worker has died is cancelled by the next worker, and the command says so.', async () => {
    const [id, dying] = [
      await enqueueJob(project, 'wait.ignores', [], { queue: 'dying' }),
      project.start(['workers', 'start', '--queues', 'dying']),
    ]
    await dying.says(/ignores begun/)
    worker.signal('SIGSTOP')
    dying.signal('SIGKILL')
    await dying.ended
    const cancel = await project.run(['jobs', 'cancel', id])
    worker.signal('SIGCONT')
    expect(cancel.exitCode).toBe(0)
    expect(cancel.stderr).toMatch(new RegExp(`^${id}: its worker w\\d+ .* has died: it is cancelled `))
    const [job] = await finalJobs(project, [id])
    expect(job).toMatchObject({ state: 'cancelled' })
  })

  test('A waiting job is cancelled at once, an ended one stays, an unknown one is exit code 5, after all others.', async () => {
    const [waits, other] = [
      await enqueueJob(project, 'wait.heeds', [], { queue: 'q' }),
      await enqueueJob(project, 'wait.heeds', [], { delay: '1h' }),
    ]
    expect(await project.run(['jobs', 'cancel', waits])).toMatchObject({ exitCode: 0, stderr: `${waits} cancelled\n` })
    const mixed = await project.run(['jobs', 'cancel', waits, 'j9999', other.slice(1)])
    expect(mixed.exitCode).toBe(5)
    expect(mixed.stderr).toContain(`${waits} has ended already\n${other} cancelled\nerror: no job j9999`)
    expect(await jobOf(project, other)).toMatchObject({ state: 'cancelled' })
    expect(await project.run(['jobs', 'cancel', 'x1'])).toMatchObject({ exitCode: 2 })
    expect(await project.run(['jobs', 'cancel'])).toMatchObject({ exitCode: 2 })
  })

  test('A filter cancels what still can be, after a look and a question that --yes answers.', async () => {
    const ids = [
      await enqueueJob(project, 'wait.heeds', [], { queue: 'bulk' }),
      await enqueueJob(project, 'wait.heeds', [], { queue: 'bulk' }),
    ]
    const look = await project.json<{ items: unknown }>(['jobs', 'cancel', '--queue', 'bulk', '--dry-run'])
    expect(look.items).toEqual(ids.map((id) => ({ id, answer: 'would be cancelled' })))
    const unasked = await project.run(['jobs', 'cancel', '--queue', 'bulk'])
    expect(unasked).toMatchObject({ exitCode: 2, stdout: '' })
    expect(unasked.stderr).toMatch(/Cancel 2 jobs of wait.heeds\?.*\n.*--yes/)
    expect((await jobOf(project, ids[0] ?? '')).state).toBe('queued')
    expect(await project.run(['jobs', 'cancel', '--queue', 'bulk', '--yes'])).toMatchObject({ exitCode: 0 })
    expect(await Promise.all(ids.map(async (id) => (await jobOf(project, id)).state))).toEqual([
      'cancelled',
      'cancelled',
    ])
  })
})

test('A task with isolation "own" has a fresh process for each of its jobs.', async () => {
  const ids = await Promise.all(Array.from({ length: 5 }, () => enqueueJob(project, 'wait.own')))
  const jobs = await finalJobs(project, ids)
  expect(jobs.map(({ state }) => state)).toEqual(ids.map(() => 'completed'))
  expect(new Set(jobs.map(({ result }) => result)).size).toBe(5)
})
