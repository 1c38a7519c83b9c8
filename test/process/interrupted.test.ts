import { chmodSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { cliProject, eventually, isAlive } from '../support/cli.js'
import { enqueueJob, jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/program.sh': '#!/bin/sh\necho begun $$\nexec sleep 300\n',
  'tasks/handles.sh': "#!/bin/bash\ntrap 'exit 143' TERM\necho begun $$\nwhile :; do sleep 0.05; done\n",
  'tasks/js.mjs': `import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
export async function child() {
  const running = promisify(execFile)('sleep', ['300'])
  console.log('begun ' + running.child.pid)
  await running.catch((cause) => { throw new Error('the child failed', { cause }) })
}
export async function handled() {
  const running = promisify(execFile)('tasks/handles.sh')
  running.child.stdout.once('data', () => console.log('begun ' + running.child.pid))
  await running
}
export async function dies() {
  process.removeAllListeners('SIGTERM')
  console.log('begun ' + process.pid)
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}
`,
})

beforeAll(() => {
  for (const file of ['program.sh', 'handles.sh']) chmodSync(project.path(`tasks/${file}`), 0o755)
})

const cases: [what: string, task: string, args: string[]][] = [
  ['a program', 'program', []],
  ['a program that handles the signal', 'handles', []],
  ['a command', 'shell', ['sh', '-c', 'echo begun $$; exec sleep 300']],
  ['the child of a function', 'js.child', []],
  ['the child of a function that handles it', 'js.handled', []],
  ['a task process', 'js.dies', []],
]

describe('TERM to all processes of a worker', () => {
  test.each(cases)('hands the job of %s back, without a count.', async (_, task, args) => {
    const queue = task
    const worker = project.start(['workers', 'start', '--queues', queue])
    await worker.says(/is ready/)
    const id = await enqueueJob(project, task, args, { queue })
    const [, pid] = await worker.says(/begun (\d+)/)
    // The child first, as it may happen: the worker learns of it before it gets its own.
    process.kill(Number(pid), 'SIGTERM')
    await eventually(() => expect(isAlive(Number(pid))).toBe(false))
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
    expect(await jobOf(project, id)).toMatchObject({
      state: 'queued',
      failures: 0,
      losses: 0,
      attempts: [{ attempt: 1, state: 'released', endedBy: 'released' }],
    })
  })

  test('is a failure where the worker goes on.', async () => {
    const worker = project.start(['workers', 'start', '--queues', 'goes-on'])
    await worker.says(/is ready/)
    const id = await enqueueJob(project, 'program', [], { queue: 'goes-on', retries: 0 })
    const [, pid] = await worker.says(/begun (\d+)/)
    process.kill(Number(pid), 'SIGTERM')
    await eventually(async () => expect(await jobOf(project, id)).toMatchObject({ state: 'failed', failures: 1 }))
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('cancels a foreground run.', async () => {
    const run = project.start(['run', 'program', '--json'])
    const [, pid] = await run.says(/begun (\d+)/)
    process.kill(Number(pid), 'SIGINT')
    run.signal('SIGINT')
    const { exitCode, stdout } = await run.ended
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ state: 'cancelled', failures: 0 })
  })
})
