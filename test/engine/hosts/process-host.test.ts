import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { ProcessExit } from '../../../src/engine/hosts/process-exit.js'
import { ProcessHost, type TaskProgram } from '../../../src/engine/hosts/process-host.js'
import type { HostEvent } from '../../../src/engine/hosts/task-host.js'
import { temporaryFolder } from '../../support/folder.js'
import { taskProgram } from '../../support/task-program.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

function startProcess(program: Partial<TaskProgram>) {
  let resolveExit: (exit: ProcessExit) => void
  const exit = new Promise<ProcessExit>((resolve) => {
    resolveExit = resolve
  })
  const emit = (event: HostEvent) => {
    if (event.type === 'exited') resolveExit(event.exit)
  }
  const whole = taskProgram(folder.path, folder.path)
  return { process: new ProcessHost({ ...whole, ...program }, systemClock, emit), exit }
}

describe('a task process', () => {
  test('that cannot be started reports its exit, and all its promises reject.', async () => {
    const { process, exit } = startProcess({ cwd: join(folder.path, 'nowhere') })
    expect(await exit).toMatchObject({ code: null, signal: null, loading: true, killed: false, memory: null })
    await expect(process.catalog).rejects.toMatchObject({
      code: 'E_TASK_PROCESS',
      message: expect.stringContaining('could not be started'),
    })
    await expect(process.check([])).rejects.toMatchObject({ code: 'E_TASK_PROCESS' })
    await Promise.all([process.kill(), process.end()])
  })

  test.each([
    ['waits for ever', 'await new Promise(() => {})'],
    ['never gives way', 'for (;;);'],
  ])('goes on without a module that %s, which is a fault; it dies of nothing.', async (_, endless) => {
    const tasks = temporaryFolder()
    onTestFinished(() => tasks.remove())
    writeFileSync(join(tasks.path, 'bad.mjs'), `${endless}\nexport default () => 1\n`)
    writeFileSync(join(tasks.path, 'good.mjs'), 'export default () => 1\n')
    const { process } = startProcess({ args: ['tasks', tasks.path], loadLimitMs: 2_000 })
    expect(await process.catalog).toMatchObject({
      tasks: [{ name: 'good' }],
      faults: [{ message: `${join(tasks.path, 'bad.mjs')} had not loaded after 2s` }],
    })
    expect(process.ready).toBe(true)
    await process.end()
  })

  test('whose start does not come to an end is killed after the limit.', async () => {
    const { process, exit } = startProcess({
      execArgv: ['--import', 'data:text/javascript,for(;;);'],
      loadLimitMs: 300,
    })
    await expect(process.catalog).rejects.toMatchObject({
      message: 'the task directory had not loaded after 300ms',
    })
    expect(await exit).toMatchObject({ signal: 'SIGKILL', loading: true, killed: true })
  })

  test('that is killed takes no more jobs, and says that it was killed.', async () => {
    const { process, exit } = startProcess({})
    await process.catalog
    expect(process.ready).toBe(true)
    process.killNow()
    expect(process.ready).toBe(false)
    expect(await exit).toMatchObject({ code: null, signal: 'SIGKILL', loading: false, killed: true })
  })
})
