import { chmodSync, mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../../support/cli.js'
import {
  canLimit,
  dayMs,
  like,
  projectWithStore,
  some,
  tasks,
  troublesInShell,
  troublesOf,
} from '../../support/doctor.js'
import { fakeClock, unsettable } from '../../support/faketime.js'
import { forgetScheduler } from '../../support/store-changes.js'
import { sqliteOnly } from '../../support/tested-store.js'

describe('doctor and the clock', () => {
  test.skipIf(unsettable !== null)('Jobs from the future, and schedules that wait for it, are problems.', async () => {
    const project = cliProject(tasks)
    const { options, set } = fakeClock(project)
    set(0)
    await project.run(['schedule', 'note', '--every', '1d'])
    set(3 * dayMs)
    await project.run(['run', 'note'], options)
    const scheduler = project.start(['schedule', 'start'], options)
    await eventually(async () => {
      const { slots } = await project.json<{ slots: readonly object[] }>(['schedule', 'history', 'note'])
      expect(slots).not.toEqual([])
    })
    scheduler.signal('SIGTERM')
    await scheduler.ended
    const { found, exitCode } = await troublesOf(project)
    expect(found.filter(([check]) => check === 'clock')).toEqual([
      [
        'clock',
        'problem',
        expect.stringMatching(/^the newest job, j\d+, was made \S+.* in the future/),
        like('timedatectl'),
      ],
      [
        'clock',
        'problem',
        like('schedule note begins anew with the next scheduler: its times to '),
        like('start one: offstage workers start'),
      ],
    ])
    expect(exitCode).toBe(1)
  })

  test('A TZ that names no zone is a warning; UTC by any name is none.', async () => {
    const project = cliProject(tasks)
    const zone = (TZ: string) => troublesOf(project, [], { env: { TZ } }).then(({ found }) => found)
    expect(await zone('Mars/Olympus')).toEqual(some(['clock', 'warning', 'TZ=Mars/Olympus names no time zone']))
    for (const TZ of ['UTC', ':/usr/share/zoneinfo/Etc/UTC', 'Etc/UTC', ':UTC', 'GMT', 'Europe/Berlin', ''])
      expect(await zone(TZ), TZ).toEqual([])
  })
})

describe('doctor and workers', () => {
  const files = { 'tasks/hold.mjs': 'export default () => new Promise((end) => setTimeout(end, 600_000))' }

  test('A dead worker with its job, a queue that nobody serves and schedules without a scheduler are warnings.', async () => {
    const project = cliProject(files)
    await project.run(['run', 'hold', '--detach'])
    const worker = project.start(['workers', 'start', '--queues', 'default'])
    await eventually(async () => expect(await project.json(['status', 'j1'])).toMatchObject({ state: 'running' }))
    worker.signal('SIGKILL')
    await worker.ended
    await project.run(['run', 'hold', '--queue', 'mail', '--detach'])
    await project.run(['schedule', 'hold', '--every', '1d'])
    forgetScheduler(project)
    const { found, exitCode } = await troublesOf(project)
    expect(found).toEqual([
      [
        'workers',
        'warning',
        expect.stringMatching(/^worker w1 \(pid \d+ on .+\) is dead and holds 1 job/),
        'offstage workers start',
      ],
      ['workers', 'warning', '1 job waits, and no worker is alive', 'offstage workers start'],
      ['workers', 'warning', like('1 schedule'), like('offstage workers start')],
    ])
    expect(exitCode).toBe(0)

    const other = project.start(['workers', 'start', '--queues', 'other'])
    await other.says(/is ready/)
    expect((await troublesOf(project)).found).toContainEqual([
      'workers',
      'warning',
      '1 job waits on mail, which no living worker serves',
      'offstage workers start --queues mail',
    ])
    other.signal('SIGTERM')
    await other.ended
  })

  test.skipIf(unsettable !== null)('A worker that has stopped beating is a warning.', async () => {
    const project = cliProject(files)
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    worker.signal('SIGSTOP')
    const { options, set } = fakeClock(project)
    set(15_000)
    try {
      const { found } = await troublesOf(project, [], options)
      // Of a Redis it says too that its clock is another one.
      expect(found.filter(([check]) => check === 'workers')).toEqual(some(['workers', 'warning', 'is silent for 1']))
    } finally {
      worker.signal('SIGCONT')
      worker.signal('SIGTERM')
      await worker.ended
    }
  })
})

describe('doctor and the system', () => {
  sqliteOnly(test, 'the client of Redis is no native code')(
    'A driver that cannot run is a problem; what cannot be opened is said once.',
    async () => {
      const project = await projectWithStore()
      const env = { NODE_OPTIONS: '--disallow-code-generation-from-strings' }
      const { found, exitCode } = await troublesOf(project, [], { env })
      const checks = found.map(([check, status]) => `${check} ${status}`)
      expect(checks).toEqual(['driver problem', 'store problem'])
      expect(exitCode).toBe(1)
    },
  )

  test('A cache that is missing, or that others may write to, is a warning.', async () => {
    const project = cliProject(tasks)
    mkdirSync(project.path('open'))
    chmodSync(project.path('open'), 0o777)
    const cache = (folder: string) =>
      troublesOf(project, [], { env: { OFFSTAGE_CACHE_DIR: folder } }).then(({ found }) => found)
    expect(await cache('relative')).toEqual(some(['cache', 'warning', 'there is no folder for the cache']))
    expect(await cache(project.path('open'))).toEqual(some(['cache', 'warning', 'others may write to the cache']))
    expect(await cache(project.path('new/one'))).toEqual([])
    // Where Node's own recursion never comes back.
    expect(await cache('/proc/offstage-test')).toEqual(
      some(['cache', 'warning', 'the cache /proc/offstage-test cannot be']),
    )
  })

  test('A low limit of open files is a warning.', async () => {
    const project = cliProject(tasks)
    const found = await troublesInShell(project, 'ulimit -n 128; exec offstage doctor --json')
    expect(found).toEqual(some(['limits', 'warning', 'a process may open 128 files']))
  })

  test.skipIf(!canLimit)('Files that cannot be watched are a warning.', async () => {
    const project = cliProject(tasks)
    const found = await troublesInShell(
      project,
      `exec unshare --user --map-root-user sh -c 'echo 0 > /proc/sys/user/max_inotify_instances; exec offstage doctor --json'`,
    )
    expect(found).toEqual(some(['limits', 'warning', 'files cannot be watched']))
  })

  test('Ctrl-C ends it while a module never finishes loading.', async () => {
    const project = cliProject({ 'tasks/never.mjs': 'await new Promise((end) => setTimeout(end, 600_000))' })
    const doctor = project.start(['doctor'])
    await eventually(() => expect(project.processes().length).toBeGreaterThan(0))
    doctor.signal('SIGINT')
    expect((await doctor.ended).exitCode).toBe(130)
  })
})
