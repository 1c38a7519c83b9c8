import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cliProject, type RunningCli } from '../support/cli.js'
import { type StoredSlot, storedSlots } from '../support/slots.js'
import { expectIntact } from '../support/store-file.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const runMs = long ? 60_000 : 12_000
const schedules = 50
const killEveryMs = 500

function manySchedules() {
  const names = Array.from({ length: schedules }, (_, index) => `every-second-${index}`)
  const tick = { task: 'tick', every: '1s', overlap: 'allow' }
  return cliProject({
    'tasks/tick.mjs': 'export default () => {}\n',
    'offstage.config.json': JSON.stringify({ schedules: Object.fromEntries(names.map((name) => [name, tick])) }),
  })
}

type Project = ReturnType<typeof manySchedules>

async function ready(project: Project): Promise<RunningCli> {
  const scheduler = project.start(['schedule', 'start'])
  await scheduler.says(/the scheduler is ready/)
  return scheduler
}

/** Each slot from the first to the last has fired once, with a job of its own. */
function expectEachOnce(project: Project, what: string): void {
  expectIntact(project)
  const { slots, jobs } = storedSlots(project)
  expect(slots.filter(({ outcome }) => outcome !== 'fired')).toEqual([])
  const bySchedule = new Map<string, StoredSlot[]>()
  for (const slot of slots) bySchedule.set(slot.schedule, [...(bySchedule.get(slot.schedule) ?? []), slot])
  expect(bySchedule.size).toBe(schedules)
  for (const own of bySchedule.values()) {
    const [first] = own
    expect(own.map(({ slot }) => slot)).toEqual(own.map((_, index) => (first?.slot ?? 0) + index * 1_000))
    expect(own.length).toBeGreaterThanOrEqual(runMs / 1_000 - 1)
  }
  const fired = slots.map(({ job, schedule, slot }) => ({ id: job, schedule, slot }))
  expect(jobs).toEqual(fired)
  const late = slots.map(({ late_ms }) => late_ms).sort((a, b) => a - b)
  const at = (share: number) => late[Math.floor((late.length - 1) * share)]
  console.log(
    `schedulers, ${what}: ${slots.length} slots fired once, late by ${at(0.5)} ms p50, ${at(0.99)} p99, ${at(1)} at most`,
  )
}

test('Two schedulers beside each other fire each slot once, and miss none.', async () => {
  const project = manySchedules()
  const both = await Promise.all([ready(project), ready(project)])
  await setTimeout(runMs)
  for (const scheduler of both) scheduler.signal('SIGTERM')
  for (const { ended } of both) expect(await ended).toMatchObject({ exitCode: 0 })
  expectEachOnce(project, 'two')
}, 120_000)

test(`One of them is killed at random and started again (seed ${seed}): the same.`, async () => {
  const project = manySchedules()
  const random = newRandom()
  let kept = await ready(project)
  let other = await ready(project)
  const until = performance.now() + runMs
  let kills = 0
  while (performance.now() < until) {
    await setTimeout(killEveryMs * (0.5 + random()))
    // Either of them: the one that is left was ready before.
    if (random() < 0.5) [kept, other] = [other, kept]
    other.signal('SIGKILL')
    await other.ended
    kills++
    other = await ready(project)
  }
  for (const scheduler of [kept, other]) scheduler.signal('SIGTERM')
  await Promise.all([kept.ended, other.ended])
  expectEachOnce(project, `${kills} kills, seed ${seed}`)
}, 180_000)
