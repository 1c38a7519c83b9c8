import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/app/doctor/finding.js'
import { type CliOptions, type CliProject, cliProject, eventually } from '../support/cli.js'
import { fakeClock, unsettable } from '../support/faketime.js'
import { drivesTerminal } from '../support/terminal.js'

const tasks = { 'tasks/note.mjs': 'export default () => 1' }
const dayMs = 86_400_000

type Found = readonly [check: string, status: string, message: string, fix: string | null]

/** What the doctor finds that is not well, and the exit code. */
async function troublesOf(project: CliProject, args: readonly string[] = [], options?: CliOptions) {
  const { stdout, stderr, exitCode } = await project.run(['doctor', ...args, '--json'], options)
  return { found: troublesIn(stdout, stderr), exitCode }
}

function troublesIn(stdout: string, stderr: string): readonly Found[] {
  expect(stdout, stderr).not.toBe('')
  const { items } = JSON.parse(stdout) as { readonly items: readonly Finding[] }
  return items
    .filter(({ status }) => status !== 'ok')
    .map(({ check, status, message, fix }) => [check, status, message, fix])
}

/** As it is run by a line of shell, such as in a namespace of its own. */
async function troublesInShell(project: CliProject, script: string, options?: CliOptions) {
  const { stdout, stderr } = await project.shell(script, options)
  return troublesIn(stdout, stderr)
}

/** A project with a store that has a job which has ended. */
async function projectWithStore(): Promise<CliProject> {
  const project = cliProject(tasks)
  await project.run(['run', 'note'])
  return project
}

function changeStore(project: CliProject, sql: string): void {
  const db = new Database(project.path('.offstage/jobs.db'))
  db.exec(sql)
  db.close()
}

const isRoot = process.geteuid?.() === 0
const namespaces = (...flags: string[]): boolean => {
  try {
    execFileSync('unshare', [...flags, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const canMount = isRoot && namespaces('--mount')
const canLimit = namespaces('--user', '--map-root-user')

const like = (text: string) => expect.stringContaining(text)
const some = (...found: readonly [string, string, string][]) =>
  found.map(([check, status, message]) => expect.arrayContaining([check, status, like(message)]))

describe('doctor in a project where all is well', () => {
  test('It says how each part is, exits 0, and changes nothing.', async () => {
    const project = cliProject({ ...tasks, 'offstage.config.json': '{}' })
    const { stdout, stderr, exitCode } = await project.run(['doctor'])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const lines = stdout.split('\n').map((line) => line.trimEnd())
    for (const pattern of [
      /^✓ node {5}\d+\.\d+\.\d+ \(22\.15 or newer\)$/,
      /^✓ driver {3}better-sqlite3 \S+, SQLite 3\.\S+$/,
      /^✓ config {3}offstage\.config\.json$/,
      /^✓ tasks {4}1 task, 0 schedules, no faults$/,
      /^✓ store {4}none yet; the first command that writes makes it$/,
      /^✓ clock {4}\S+Z, zone UTC$/,
      /^✓ workers {2}0 alive$/,
    ]) {
      expect(lines).toContainEqual(expect.stringMatching(pattern))
    }
    expect((await project.shell('ls -A')).stdout).toBe('offstage.config.json\ntasks\n')
  })

  test('It describes the store, and leaves its bytes alone.', async () => {
    const project = await projectWithStore()
    const sum = async () => (await project.shell('cd .offstage && cat jobs.db | sha256sum')).stdout
    const before = await sum()
    const { items } = await project.json<{ items: readonly Finding[] }>(['doctor', '--full'])
    expect(items.find(({ check }) => check === 'store')).toEqual({
      check: 'store',
      status: 'ok',
      message: expect.stringMatching(/^\.offstage\/jobs\.db \d+ KB, WAL \d+ \S+, schema \d+, durability full$/),
      fix: null,
    })
    expect(await sum()).toBe(before)
  })
})

describe('doctor and the project', () => {
  test('It names a module that cannot be loaded, and a schedule that cannot be followed.', async () => {
    const project = cliProject({
      ...tasks,
      'tasks/faulty.mjs': "throw new Error('no such luck')",
      'offstage.config.json': '{ "schedules": { "nightly": { "task": "note", "cron": "61 * * * *" } } }',
    })
    const { found, exitCode } = await troublesOf(project)
    expect(found).toEqual(
      expect.arrayContaining(
        some(['tasks', 'problem', 'tasks/faulty.mjs'], ['tasks', 'problem', 'schedule nightly of the config: ']),
      ),
    )
    expect(exitCode).toBe(1)
  })

  test('A module that names itself with control characters cannot drive the terminal.', async () => {
    const project = cliProject({ 'tasks/\u001b]0;x\u0007.mjs': 'export default () => 1' })
    const { stdout, exitCode } = await project.run(['doctor'])
    expect(drivesTerminal(stdout)).toBeNull()
    expect(stdout).toContain('\\x1b]0;x')
    expect(exitCode).toBe(1)
  })

  test('An empty task directory, no project and a second config are warnings, which exit 0.', async () => {
    const empty = cliProject({ 'tasks/_none.mjs': '' })
    const warned = { exitCode: 0 }
    expect(await troublesOf(empty)).toMatchObject({ ...warned, found: some(['tasks', 'warning', 'no tasks in ']) })
    const none = cliProject()
    mkdirSync(none.path('.git')) // the search for a project ends here
    expect(await troublesOf(none)).toMatchObject({ ...warned, found: some(['config', 'warning', 'no project at ']) })
    const two = cliProject({ ...tasks, 'offstage.config.json': '{}', 'offstage.config.mjs': 'export default {}' })
    expect(await troublesOf(two)).toMatchObject({
      ...warned,
      found: some(['config', 'warning', 'offstage.config.json in ']),
    })
  })

  test.each([
    ['{ "tasks": ', 'cannot be read'],
    ['{ "task": "x" }', 'did you mean'],
    ['{ "store": "postgres://x" }', 'is not a store'],
  ])('A config of %j is a problem, and the rest is looked at all the same.', async (config, text) => {
    const project = cliProject({ ...tasks, 'offstage.config.json': config })
    const { found, exitCode } = await troublesOf(project)
    expect(found.map(([check, status]) => [check, status])).toEqual([['config', 'problem']])
    expect(found.flat().join(' ')).toContain(text)
    expect(exitCode).toBe(1)
  })

  test('A task directory that is missing is a problem; a missing --cwd is a mistake in the line.', async () => {
    const project = cliProject({ 'offstage.config.json': '{}' })
    expect((await troublesOf(project)).found).toEqual(some(['tasks', 'problem', 'does not exist']))
    expect((await project.run(['doctor', '--cwd', 'gone'])).exitCode).toBe(2)
  })
})

describe('doctor and the store', () => {
  test.each<[string, (project: CliProject) => void, string]>([
    ['that another program made', (project) => changeStore(project, 'PRAGMA application_id = 7'), 'another program'],
    ['of a newer version', (project) => changeStore(project, 'PRAGMA user_version = 99'), 'its schema is version 99'],
    ['that is empty', (project) => void project.write('.offstage/jobs.db', ''), 'is empty'],
    ['that is text', (project) => void project.write('.offstage/jobs.db', 'text '.repeat(1_000)), 'no SQLite database'],
    ['that is gone', (project) => rmSync(project.path('.offstage/jobs.db')), 'is gone, though its folder is there'],
  ])('A file %s is a problem.', async (_, spoil, text) => {
    const project = await projectWithStore()
    for (const name of ['-wal', '-shm']) rmSync(project.path(`.offstage/jobs.db${name}`), { force: true })
    spoil(project)
    const { found, exitCode } = await troublesOf(project)
    expect(found).toContainEqual(['store', 'problem', like(text), expect.any(String)])
    expect(exitCode).toBe(1)
  })

  test('A damaged page is a problem.', async () => {
    const project = cliProject({ ...tasks, 'lines.jsonl': `"${'x'.repeat(3_000)}"\n`.repeat(200) })
    await project.run(['run', 'note', '--each', 'lines.jsonl', '--detach'])
    changeStore(project, 'PRAGMA wal_checkpoint(TRUNCATE)')
    const file = openSync(project.path('.offstage/jobs.db'), 'r+')
    writeSync(file, Buffer.alloc(8 * 4_096, 0x5a), 0, 8 * 4_096, 60 * 4_096)
    closeSync(file)
    const { found } = await troublesOf(project)
    expect(found).toContainEqual(['store', 'problem', like('pages are damaged'), like('restore a backup')])
  })

  test('Rows that contradict each other are a problem.', async () => {
    const project = cliProject(tasks)
    await project.run(['run', 'note', '--detach'])
    changeStore(project, 'DELETE FROM ready')
    const { found } = await troublesOf(project)
    expect(found).toContainEqual([
      'store',
      'problem',
      like('rows contradict each other: j1 is in 0 places'),
      like('bug'),
    ])
  })

  test('A store that others may read, or that belongs to another user, is a warning.', async () => {
    const project = await projectWithStore()
    chmodSync(project.path('.offstage/jobs.db'), 0o644)
    chmodSync(project.path('.offstage'), 0o755)
    expect(await troublesOf(project)).toEqual({
      exitCode: 0,
      found: [
        ['store', 'warning', like('(mode 644)'), `chmod 600 ${project.path('.offstage/jobs.db')}`],
        ['store', 'warning', like('(mode 755)'), `chmod 700 ${project.path('.offstage')}`],
      ],
    })
    if (!isRoot) return
    chownSync(project.path('.offstage/jobs.db'), 4_321, 4_321)
    const { found } = await troublesOf(project)
    expect(found[0]).toEqual(['store', 'warning', like('belongs to user 4321, and this is user 0'), like('chown -R 0')])
  })

  test.skipIf(!canMount)('A store on a read-only disk is a problem.', async () => {
    const project = await projectWithStore()
    const found = await troublesInShell(
      project,
      `exec unshare --mount sh -c 'mount --bind .offstage .offstage && mount -o remount,ro,bind .offstage && exec offstage doctor --json'`,
    )
    expect(found.filter(([check]) => check === 'store')).toEqual(some(['store', 'problem', 'cannot be']))
  })

  test('A WAL that a reader has kept from being emptied is a warning.', async () => {
    const project = await projectWithStore()
    const reader = new Database(project.path('.offstage/jobs.db'), { readonly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM jobs').get()
    try {
      project.write('lines.jsonl', `"${'x'.repeat(250_000)}"\n`.repeat(600))
      await project.run(['run', 'note', '--each', 'lines.jsonl', '--detach'])
      const { found } = await troublesOf(project)
      expect(found).toContainEqual(['store', 'warning', expect.stringMatching(/^the WAL has 1\d\d MB/), like('lsof')])
    } finally {
      reader.close()
    }
  })

  test('Of a large store the pages and the rows are read only with --full.', async () => {
    const project = await projectWithStore()
    // A hole in the file: its size is what counts.
    changeStore(project, 'PRAGMA wal_checkpoint(TRUNCATE)')
    project.write(
      'grow.mjs',
      "import { truncateSync } from 'node:fs'; truncateSync('.offstage/jobs.db', 1_200_000_000)",
    )
    await project.shell('node grow.mjs')
    const storeOf = async (...args: string[]) => {
      const { items } = await project.json<{ items: readonly Finding[] }>(['doctor', ...args])
      return items.find(({ check }) => check === 'store')?.message
    }
    expect(await storeOf()).toContain('pages and rows not checked: large, use --full')
    expect(await storeOf('--full')).not.toContain('not checked')
  })
})

describe.skipIf(!canMount)('doctor and the disk', () => {
  const onTmpfs = (project: CliProject, options: string) =>
    troublesInShell(
      project,
      `exec unshare --mount sh -c 'mount -t tmpfs -o ${options},mode=700 tmpfs small && exec offstage doctor --json --store sqlite:small/jobs.db'`,
    )

  test('Little room is a warning, hardly any a problem, and few inodes are a warning.', async () => {
    const project = cliProject(tasks)
    mkdirSync(project.path('small'))
    expect(await onTmpfs(project, 'size=200m')).toEqual(some(['disk', 'warning', '200 MB free on ']))
    expect(await onTmpfs(project, 'size=24m')).toEqual(some(['disk', 'problem', '24 MB free on ']))
    expect(await onTmpfs(project, 'size=2g,nr_inodes=100')).toEqual(some(['disk', 'warning', 'inodes free on ']))
  })
})

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
      ['clock', 'problem', like('schedule note does not fire before '), like('offstage schedule remove note')],
    ])
    expect(exitCode).toBe(1)
  })

  test('A TZ that names no zone is a warning; UTC by any name is none.', async () => {
    const project = cliProject(tasks)
    const zone = (TZ: string) => troublesOf(project, [], { env: { TZ } }).then(({ found }) => found)
    expect(await zone('Mars/Olympus')).toEqual(some(['clock', 'warning', 'TZ=Mars/Olympus names no time zone']))
    for (const TZ of ['UTC', 'Etc/UTC', ':UTC', 'GMT', 'Europe/Berlin', '']) expect(await zone(TZ), TZ).toEqual([])
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
    changeStore(project, 'UPDATE scheduling SET seen_at = NULL')
    const { found, exitCode } = await troublesOf(project)
    expect(found).toEqual([
      [
        'workers',
        'warning',
        expect.stringMatching(/^worker w1 \(pid \d+ on .+\) is dead and holds 1 job/),
        'offstage workers start',
      ],
      [
        'workers',
        'warning',
        like('1 job waits on mail, which no living worker serves'),
        'offstage workers start --queues mail',
      ],
      ['workers', 'warning', like('1 schedule'), like('offstage workers start')],
    ])
    expect(exitCode).toBe(0)
  })

  test.skipIf(unsettable !== null)('A worker that has stopped beating is a warning.', async () => {
    const project = cliProject(files)
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    worker.signal('SIGSTOP')
    const { options, set } = fakeClock(project)
    set(15_000)
    try {
      expect((await troublesOf(project, [], options)).found).toEqual(some(['workers', 'warning', 'is silent for 1']))
    } finally {
      worker.signal('SIGCONT')
      worker.signal('SIGTERM')
      await worker.ended
    }
  })
})

describe('doctor and the system', () => {
  test('A driver that cannot run is a problem, and no check is left out for it.', async () => {
    const project = await projectWithStore()
    const env = { NODE_OPTIONS: '--disallow-code-generation-from-strings' }
    const { found, exitCode } = await troublesOf(project, [], { env })
    const checks = found.map(([check, status]) => `${check} ${status}`)
    expect(checks).toEqual(['driver problem', 'store problem', 'clock problem', 'workers problem'])
    expect(exitCode).toBe(1)
  })

  test('A cache that is missing, or that others may write to, is a warning.', async () => {
    const project = cliProject(tasks)
    mkdirSync(project.path('open'))
    chmodSync(project.path('open'), 0o777)
    const cache = (folder: string) =>
      troublesOf(project, [], { env: { OFFSTAGE_CACHE_DIR: folder } }).then(({ found }) => found)
    expect(await cache('relative')).toEqual(some(['cache', 'warning', 'there is no folder for the cache']))
    expect(await cache(project.path('open'))).toEqual(some(['cache', 'warning', 'others may write to the cache']))
    expect(await cache(project.path('new/one'))).toEqual([])
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
