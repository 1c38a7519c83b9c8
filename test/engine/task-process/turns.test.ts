import { expect, test } from 'vitest'
import { plainTaskDefaults } from '../../../src/domain/request.js'
import { systemClock } from '../../../src/engine/clock.js'
import type { FromTaskProcess } from '../../../src/engine/ipc/from-task-process.js'
import type { LoadedTask } from '../../../src/engine/task-process/loaded-task.js'
import { Outbox } from '../../../src/engine/task-process/outbox.js'
import { RunningJobs } from '../../../src/engine/task-process/running-jobs.js'

type Turn = Extract<FromTaskProcess, { readonly type: 'turn' }>

/** Runs so many jobs of a function in this process, ten at once. Resolves to the turns that it reported. */
async function turnsOf(run: LoadedTask['run'], jobs: number): Promise<readonly Turn[]> {
  const turns: Turn[] = []
  let ended = 0
  await new Promise<void>((resolve) => {
    const outbox = new Outbox((message) => {
      if (message.type !== 'turn') return
      turns.push(message)
      ended += message.ends.length
      if (ended === jobs) resolve()
    }, systemClock)
    const catalog = { tasks: [], faults: [], isWhole: true, hasCompiled: false }
    const task = () => ({
      name: 'some',
      run,
      schema: null,
      retryOn: null,
      dontRetryOn: [],
      defaults: plainTaskDefaults,
    })
    const all = Array.from({ length: jobs }, (_, index) => index + 1)
    const plain = { attempt: 1, task: 'some', argsJson: '[]', slot: null, queue: 'default', trace: null }
    const assignments = all.map((job) => ({ ...plain, id: `j${job}` }))
    new RunningJobs({ catalog, task }, outbox, [], systemClock).add(assignments, 10)
  })
  return turns
}

test('The ends of jobs cross in one message with the starts of the next ones.', async () => {
  const turns = await turnsOf(() => null, 200)
  const [first, ...rest] = turns
  expect(first?.ends).toEqual([])
  expect(rest.pop()?.started).toEqual([])
  for (const { started, ends } of rest) expect([started.length, ends.length]).not.toContain(0)
})

test('A job is reported as started before its first line runs, and as ended before the next ones run.', async () => {
  const log: string[] = []
  const turns = await turnsOf(() => void log.push('runs'), 3)
  expect(log).toHaveLength(3)
  const reported = turns.flatMap(({ ends, started }) => [
    ...ends.map(([id]) => `${id} ended`),
    ...started.map(([id]) => `${id} started`),
  ])
  expect(reported).toEqual(['j1 started', 'j1 ended', 'j2 started', 'j3 started', 'j2 ended', 'j3 ended'])
})
