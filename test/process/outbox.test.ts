import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { ordersAndJobs, outboxProgram } from '../support/outbox-program.js'

test('Three processes that write to one outbox and move its rows at once make one job of each.', async () => {
  const project = cliProject()
  const start = outboxProgram(project, 'wal')
  const first = await project.shell(start('better-sqlite3', 0)) // makes the store and the tables
  expect(first, first.stderr).toMatchObject({ exitCode: 0 })
  const drivers = ['better-sqlite3', 'node:sqlite', 'better-sqlite3'] as const
  const ends = await Promise.all(drivers.map((driver) => project.shell(start(driver, 120))))
  for (const { exitCode, stderr } of ends) expect([exitCode, stderr]).toEqual([0, ''])
  const { orders, left, jobs } = await ordersAndJobs(project)
  expect(orders).toHaveLength(270)
  expect(jobs).toEqual(orders)
  expect(left).toEqual([])
})
