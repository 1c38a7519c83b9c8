import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { jobOf } from '../support/store.js'

const files = {
  'tasks/child.mjs': `import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
export default async () => {
  const running = promisify(execFile)('sleep', ['61'])
  console.log('begun')
  await running
}
export const fails = async () => { await promisify(execFile)('sh', ['-c', 'kill -TERM $$']) }
`,
}

/** A process with all that it has started, as a service manager finds them. */
function familyOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number))
  const family = [pid]
  for (const parent of family) family.push(...pairs.filter(([, of]) => of === parent).map(([child]) => child ?? 0))
  return family
}

function terminate(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {} // gone with its child, or its parent
  }
}

describe.concurrent('a signal to everything that a worker has started', () => {
  test.each([
    ['first to the worker', (family: number[]) => family],
    ['last to the worker', (family: number[]) => family.toReversed()],
  ] as const)('is an interruption: what ran is handed back and counts nothing (%s).', async (_, order) => {
    const project = cliProject(files)
    project.write('tasks/program.sh', '#!/bin/sh\necho begun\nsleep 62\n')
    execFileSync('chmod', ['+x', project.path('tasks/program.sh')])
    const ids: string[] = []
    for (const args of [
      ['child', '--retries', '0'],
      ['program', '--retries', '0'],
      ['--', 'sh', '-c', 'echo begun; sleep 63'],
    ]) {
      ids.push((await project.run(['run', '--detach', ...args])).stdout.trim())
    }
    const worker = project.start(['workers', 'start'])
    await worker.says(/(begun[\s\S]*){3}/)
    await eventually(() => expect(familyOf(worker.pid).length).toBeGreaterThan(5))
    terminate(order(familyOf(worker.pid)))
    expect((await worker.ended).exitCode).toBe(0)
    for (const id of ids) {
      const job = await jobOf(project, id)
      expect(job).toMatchObject({ state: 'queued', failures: 0, losses: 0, error: null })
      expect(job.attempts).toMatchObject([{ attempt: 1, state: 'released', endedBy: 'released' }])
    }
  })

  test('In a worker that goes on, an end by a signal is a failure like any other.', async () => {
    const project = cliProject(files)
    const command = await project.run(['run', '--json', '--', 'sh', '-c', 'kill -TERM $$'])
    expect(JSON.parse(command.stdout)).toMatchObject({ state: 'failed', reason: 'error', failures: 1 })
    const task = await project.run(['run', 'child.fails', '--retries', '0', '--json'])
    expect(JSON.parse(task.stdout)).toMatchObject({ state: 'failed', reason: 'error', failures: 1 })
  })

  test('Such a signal to a run in the foreground cancels its job.', async () => {
    const project = cliProject(files)
    const run = project.start(['run', '--', 'sh', '-c', 'echo begun; sleep 64'])
    await eventually(() => expect(familyOf(run.pid).length).toBeGreaterThan(1))
    terminate(familyOf(run.pid).toReversed())
    expect((await run.ended).exitCode).toBe(130)
    expect(await jobOf(project, 'j1')).toMatchObject({ state: 'cancelled' })
  })
})
