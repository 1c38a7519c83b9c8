import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { canLimit } from '../support/doctor.js'

// As in a container: the worker is process 1 of a namespace, and everybody else is outside.
const inside = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child']

test.skipIf(!canLimit)(
  'A worker in a PID namespace of its own is alive for others, who run and cancel jobs through it, and signal nobody else for it.',
  async () => {
    const project = cliProject({
      'tasks/a.mjs': `import { appendFileSync } from 'node:fs'
export const pid = () => process.ppid
export const slow = () => { appendFileSync('begun.txt', 'x\\n'); return new Promise((resolve) => setTimeout(resolve, 60_000)) }
`,
    })
    const worker = project.start(['workers', 'start'], {}, inside)
    await worker.says(/is ready/)
    expect(await project.json(['run', 'a.pid', '--wait'])).toMatchObject({ state: 'completed', result: 1 })
    const { items } = await project.json<{ items: { id: string; state: string; pid: number }[] }>(['workers', 'list'])
    // Process 1 of this namespace is another process, and alive: it must not be taken for the worker, nor the worker for dead.
    expect(items).toMatchObject([{ state: 'alive', pid: 1 }])
    const { id } = await project.json(['run', 'a.slow', '--detach'])
    await expect.poll(() => project.lines('begun.txt'), { timeout: 10_000 }).toHaveLength(1)
    // The burst waits for it, so it is cancelled first, from outside.
    expect((await project.run(['jobs', 'cancel', id])).exitCode).toBe(0)
    // A worker outside sees a neighbour whose process it cannot see, and leaves its jobs alone.
    expect((await project.run(['workers', 'start', '--burst'], {})).exitCode).toBe(0)
    expect(await project.json(['jobs', 'show', id])).toMatchObject({ state: 'cancelled', attempt: 1, losses: 0 })
    // Its process cannot be signalled by the number that it has inside: that is another process here.
    const stop = await project.run(['workers', 'stop', items[0]?.id ?? ''])
    expect(stop).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/cannot be stopped from here: it is pid 1 of/),
    })
    const own = Number(readFileSync(`/proc/${worker.pid}/task/${worker.pid}/children`, 'utf8'))
    process.kill(own, 'SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  },
)
