import { setTimeout } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { cpuSeconds, peakMb, processesCanBeRead } from '../../bench/processes.js'
import { cliProject } from '../support/cli.js'
import { fakeClock, unsettable } from '../support/faketime.js'
import { newSchedule } from '../support/parsed-schedule.js'
import { storedSlots } from '../support/slots.js'
import { enqueueJob, putSchedules } from '../support/store.js'
import { long } from './settings.js'

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 120_000, interval: 200 })

const hourMs = 3_600_000
const count = long ? 2_000 : 200

function schedulesOf(cron: string, declaredAt: number) {
  return Array.from({ length: count }, (_, index) =>
    newSchedule({ cron, tz: 'Europe/Berlin' }, { name: `s${index}`, task: 'tick', declaredAt }, declaredAt),
  )
}

const project = () =>
  cliProject({ 'tasks/tick.mjs': 'export default () => {}\n', 'tasks/other.mjs': 'export default () => 1\n' })

test.skipIf(unsettable !== null || !processesCanBeRead)(
  `${count} minutely schedules after nine hours: the first fires soon, other jobs run meanwhile, and it stays under 200 MB.`,
  { timeout: 300_000 },
  async () => {
    const own = project()
    await putSchedules(own, schedulesOf('* * * * *', Date.now()))
    const clock = fakeClock(own)
    clock.set(9 * hourMs)
    const other = await enqueueJob(own, 'other')
    const worker = own.start(['workers', 'start'], clock.options)
    const startedAt = performance.now()
    await worker.says(/worker \S+ is ready/)
    await eventually(() => expect(storedSlots(own).jobs.length).toBeGreaterThan(0))
    const firstMs = performance.now() - startedAt
    await eventually(() => expect(new Set(storedSlots(own).jobs.map(({ schedule }) => schedule)).size).toBe(count))
    const allMs = performance.now() - startedAt
    const mb = peakMb(worker.pid)
    console.log(
      `${count} schedules after nine hours: first fired after ${Math.round(firstMs)} ms, all after ${Math.round(allMs)} ms, peak ${Math.round(mb)} MB`,
    )
    expect(mb).toBeLessThan(200)
    expect(await own.json(['status', other])).toMatchObject({ state: 'completed' })
    worker.signal('SIGTERM')
    await worker.ended
    const { slots } = storedSlots(own)
    expect(slots.filter(({ outcome }) => outcome === 'missed')).toHaveLength(count)
    expect(slots.length).toBeLessThan(10 * count)
  },
)

test.skipIf(!long || !processesCanBeRead)(
  `A worker with ${count} daily schedules uses under 2 % of a core while nothing is due.`,
  { timeout: 180_000 },
  async () => {
    const own = project()
    const hour = (new Date().getUTCHours() + 12) % 24
    await putSchedules(own, schedulesOf(`0 ${hour} * * *`, Date.now()))
    const worker = own.start(['workers', 'start'])
    await worker.says(/worker \S+ is ready/)
    await setTimeout(5_000)
    const before = cpuSeconds(worker.pid)
    await setTimeout(60_000)
    const share = (cpuSeconds(worker.pid) - before) / 60
    console.log(
      `${count} daily schedules: ${(share * 100).toFixed(2)} % of a core, peak ${Math.round(peakMb(worker.pid))} MB`,
    )
    worker.signal('SIGTERM')
    await worker.ended
    expect(share).toBeLessThan(0.02)
  },
)
