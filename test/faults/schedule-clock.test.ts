import { describe, expect, test } from 'vitest'
import type { SlotJson } from '../../src/views/slot.js'
import { cliProject, eventually } from '../support/cli.js'
import { fakeClock, unsettable } from '../support/faketime.js'
import { enqueueJob, jobsOf } from '../support/store.js'

if (unsettable !== null) console.log(`schedules and the clock: skipped, ${unsettable}`)

const hourMs = 3_600_000
// Half past noon of a summer's day: the next full hour is 13:00.
const halfPastNoon = Date.UTC(2031, 5, 1, 12, 30)
const policies = ['skip', 'latest', 'all'] as const

/** A project with an hourly schedule for each catch-up policy, and a clock at half past noon. */
function hourly(settings: object) {
  const schedules = policies.map((catchUp) => [
    catchUp,
    { task: 'tick', cron: '0 * * * *', tz: 'UTC', catchUp, ...settings },
  ])
  const project = cliProject({
    'tasks/tick.mjs': `import { currentJob } from 'offstage'\nexport default () => currentJob().slot.toISOString()\n`,
    'offstage.config.json': JSON.stringify({ schedules: Object.fromEntries(schedules) }),
  })
  const clock = fakeClock(project)
  const begun = halfPastNoon - Date.now()
  const set = (ms: number) => clock.set(begun + ms)
  set(0)
  /** Each slot with what became of it, the oldest first, and the reason of the last. */
  const history = async (name: string) => {
    const { slots } = await project.json<{ slots: readonly SlotJson[] }>(['schedule', 'history', name], clock.options)
    const to = (through: string | null) => (through === null ? '' : ` to ${through.slice(8, 16)}`)
    const told = slots.map(({ slot, through, outcome }) => `${slot.slice(8, 16)}${to(through)} ${outcome}`).reverse()
    return { told, slots }
  }
  const scheduler = async () => {
    const running = project.start(['schedule', 'start'], clock.options)
    await running.says(/the scheduler is ready/)
    return running
  }
  return { project, set, history, scheduler, options: clock.options }
}

describe.skipIf(unsettable !== null)('schedules and a clock that is not what it was', { timeout: 120_000 }, () => {
  test('Three hours without a scheduler: latest fires one, all three in order, skip none; the history says when nobody ran.', async () => {
    const { project, set, history, scheduler, options } = hourly({})
    const before = await scheduler()
    before.signal('SIGTERM')
    expect(await before.ended).toMatchObject({ exitCode: 0 })
    set(3 * hourMs)
    const after = await scheduler()
    await eventually(async () => expect((await history('all')).told).toHaveLength(3))
    expect((await history('skip')).told).toEqual(['01T13:00 to 01T15:00 missed'])
    expect((await history('latest')).told).toEqual(['01T13:00 to 01T14:00 missed', '01T15:00 late'])
    expect((await history('all')).told).toEqual(['01T13:00 late', '01T14:00 waiting', '01T15:00 waiting'])
    const [{ lateMs, reason } = { lateMs: 0, reason: null }] = (await history('latest')).slots
    expect(lateMs).toBeGreaterThanOrEqual(hourMs / 2)
    expect(lateMs).toBeLessThan(hourMs / 2 + 60_000)
    expect(reason).toMatch(/^no scheduler was at work from 2031-06-01T12:3\d:.* to 2031-06-01T15:3\d:/)
    after.signal('SIGTERM')
    await after.ended

    const worker = project.start(['workers', 'start'], options)
    await eventually(async () =>
      expect((await history('all')).told).toEqual(['01T13:00 late', '01T14:00 late', '01T15:00 late']),
    )
    await eventually(async () => expect((await jobsOf(project)).every(({ state }) => state === 'completed')).toBe(true))
    worker.signal('SIGTERM')
    await worker.ended
    const ran = (await jobsOf(project)).filter(({ schedule }) => schedule?.name === 'all')
    const starts = ran.map(({ startedAt }) => startedAt ?? '')
    expect(ran.map(({ result }) => result)).toEqual(ran.map(({ schedule }) => schedule?.slot))
    expect(ran.map(({ result }) => String(result).slice(11, 16))).toEqual(['13:00', '14:00', '15:00'])
    expect(starts).toEqual([...starts].sort())
  })

  test('Set forth by a day under a running scheduler, the policies make up for it; set back by an hour, nothing fires again.', async () => {
    const { project, set, history, scheduler } = hourly({ overlap: 'allow' })
    const running = await scheduler()
    set(24 * hourMs)
    // It sleeps for half a minute at most; news wakes it sooner.
    const wake = () => enqueueJob(project, 'tick')
    await wake()
    await eventually(async () => expect((await history('all')).told).toHaveLength(24))
    const fires = async (name: string) => (await history(name)).told.filter((slot) => slot.endsWith(' late')).length
    expect(await Promise.all(policies.map(fires))).toEqual([0, 1, 24])
    expect((await history('latest')).slots[0]?.reason).toMatch(/^the clock went forth by 1d, from 2031-06-01T12:3/)

    set(23 * hourMs)
    await wake()
    running.signal('SIGTERM')
    await running.ended
    // One that starts under the older clock finds nothing to fire either.
    const again = await scheduler()
    await wake()
    set(24.75 * hourMs)
    await wake()
    await eventually(async () => expect((await history('skip')).told).toHaveLength(2))
    again.signal('SIGTERM')
    await again.ended
    for (const name of policies) {
      const { told } = await history(name)
      expect(told).toHaveLength({ skip: 2, latest: 3, all: 25 }[name])
      expect(new Set(told.map((slot) => slot.slice(0, 8))).size).toBe(told.length)
    }
  })

  test('Ten years ahead for seconds as a machine boots, then set back: every schedule fires again, and log, list and doctor say so.', async () => {
    const { project, set, history, scheduler, options } = hourly({ overlap: 'allow' })
    set(10 * 365 * 24 * hourMs)
    const ahead = await scheduler()
    set(10 * 365 * 24 * hourMs + 2 * hourMs)
    await enqueueJob(project, 'tick')
    await eventually(async () => expect((await history('latest')).told.length).toBeGreaterThan(0))
    ahead.signal('SIGTERM')
    await ahead.ended
    set(0)
    const { items } = await project.json<{ items: readonly { nextAt: string }[] }>(['schedule', 'list'], options)
    expect(items.map(({ nextAt }) => nextAt.slice(0, 16))).toEqual(policies.map(() => '2031-06-01T13:00'))
    const now = await scheduler()
    await now.says(/the clock was ahead, at 2041-.*: schedules all, latest, skip begin anew from now on/)
    const list = await project.run(['schedule', 'list'], options)
    expect(list.stderr).toMatch(/schedule latest began anew at 2031-06-01T12:3.*the clock was ahead.*to 2041-/)
    const doctor = await project.run(['doctor'], options)
    expect(doctor.stdout).toMatch(/schedule latest began anew at 2031-06-01T12:3/)
    set(hourMs)
    await enqueueJob(project, 'tick')
    for (const name of policies) {
      await eventually(async () =>
        expect((await history(name)).told[0]).toBe(`01T13:00 ${name === 'skip' ? 'missed' : 'late'}`),
      )
    }
    now.signal('SIGTERM')
    await now.ended
  })
})
