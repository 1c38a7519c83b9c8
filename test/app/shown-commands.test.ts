import { expect, test } from 'vitest'
import { currentStatus } from '../../src/app/current-status.js'
import { statusForPeople, workersForPeople } from '../../src/app/shown-commands.js'
import { listWorkers } from '../../src/app/workers/list-workers.js'
import { shellTask } from '../../src/domain/shell-task.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { newJob, newWorker } from '../support/job.js'
import { newSchedule } from '../support/schedule.js'

const argsJson = '["pg_dump","--password","hunter42"]'

test('People see the commands of schedules and workers, masked; programs read shell.', async () => {
  const clock = movableClock()
  const store = openMemoryStore(clock)
  await store.putSchedules([{ ...newSchedule('backup', { argsJson }), task: shellTask }, newSchedule('nightly')])
  const worker = await store.register(newWorker(clock, { pidNamespace: null }))
  await store.enqueue([newJob({ task: shellTask, argsJson }), newJob()])
  await store.claim({ worker, queues: null, limit: 2 })

  const status = await currentStatus(store, clock.now(), [])
  expect(status.schedules.map(({ task }) => task)).toEqual([shellTask, 'hello'])
  const shown = await statusForPeople(store, status, [], clock.now())
  expect(shown.schedules.map(({ task }) => task)).toEqual(['pg_dump --password ***', 'hello'])

  const workers = await listWorkers(store, clock.now())
  const tasks = (await workersForPeople(store, workers, [])).flatMap(({ running }) => running.map(({ task }) => task))
  expect(tasks.sort()).toEqual(['hello', 'pg_dump --password ***'])
})
