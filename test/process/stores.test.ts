import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { enqueueJob, finishedJobs, jobsOf } from '../support/store.js'
import { sqliteOnly } from '../support/tested-store.js'

const inFile = sqliteOnly(test, 'it is about the file, or spoils it')

const tasks = { 'tasks/one.mjs': "export default () => 'one'\n" }
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe.concurrent('stores', () => {
  test('Commands that only read make no store and exit 0.', async () => {
    const project = cliProject(tasks)
    const reads = [
      ['status'],
      ['status', '--json'],
      ['jobs', 'list'],
      ['tasks'],
      ['jobs', 'list', '--store', 'sqlite:x/y.db'],
    ]
    const ends = await Promise.all(reads.map((args) => project.run(args)))
    expect(ends.map(({ exitCode }) => exitCode)).toEqual(reads.map(() => 0))
    expect(readdirSync(project.root)).toEqual(['tasks'])
  })

  inFile(
    "The store is its owner's alone: the folder is mode 0700, its files 0600, while it is used and after.",
    async () => {
      const project = cliProject(tasks)
      const made = await project.shell('umask 000; offstage run one')
      expect(made.stdout).toBe('one\n')
      const worker = project.start(['workers', 'start'])
      await worker.says(/is ready/)
      const files = readdirSync(project.path('.offstage'))
      expect(files).toEqual(expect.arrayContaining(['jobs.db', 'jobs.db-wal', 'jobs.db-shm', '.gitignore']))
      expect(mode(project.path('.offstage'))).toBe('700')
      expect(files.map((file) => mode(project.path(`.offstage/${file}`)))).toEqual(files.map(() => '600'))
      worker.signal('SIGTERM')
      await worker.ended
    },
  )

  inFile('--store and OFFSTAGE_STORE put jobs elsewhere, in folders that are made; the flag wins.', async () => {
    const project = cliProject(tasks)
    const env = { OFFSTAGE_STORE: 'sqlite:env.db' }
    await Promise.all([
      project.run(['run', 'one', '--store', 'sqlite:deep/er/flag.db?durability=relaxed'], { env }),
      project.run(['run', 'one'], { env }),
      project.run(['run', 'one', '--store', `sqlite:${project.base}/absolute.db`]),
    ])
    expect(existsSync(project.path('.offstage'))).toBe(false)
    const { items } = await project.json<{ items: unknown[] }>(['jobs', 'list', '--store', 'sqlite:deep/er/flag.db'], {
      env,
    })
    expect(items).toHaveLength(1)
    expect(
      [project.path('env.db'), project.path('deep/er/flag.db'), `${project.base}/absolute.db`].map(existsSync),
    ).toEqual([true, true, true])
  })

  test('memory: is refused where the jobs would be for other processes.', async () => {
    const project = cliProject(tasks)
    for (const args of [
      ['workers', 'start'],
      ['run', 'one', '--detach'],
      ['run', 'one', '--wait'],
    ]) {
      const refused = await project.run([...args, '--store', 'memory:'])
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
      expect(refused.stderr).toMatch(/the store memory: ends with this command\n {2}name a file/)
    }
  })

  test('A worker removes what was kept long enough, and it stays counted.', async () => {
    const project = cliProject({ ...tasks, 'offstage.config.json': '{"retention": {"completed": 0}}' })
    const kept = await project.json(['run', 'one', '--delay', '1h'])
    await enqueueJob(project, 'one')
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    await eventually(async () => expect(await finishedJobs(project)).toBe(1))
    worker.signal('SIGTERM')
    await worker.ended
    const next = project.start(['workers', 'start'])
    await next.says(/is ready/)
    await eventually(async () => expect((await jobsOf(project)).map(({ id }) => id)).toEqual([kept.id]))
    next.signal('SIGTERM')
    expect((await next.ended).exitCode).toBe(0)
  })

  test('memory: runs a job and keeps nothing.', async () => {
    const project = cliProject(tasks)
    const run = await project.run(['run', 'one', '--store', 'memory:'])
    expect(run).toEqual({ stdout: 'one\n', stderr: '', exitCode: 0 })
    expect(await project.json(['jobs', 'list', '--store', 'memory:'])).toEqual({ items: [], next: null })
    expect(readdirSync(project.root)).toEqual(['tasks'])
  })

  test('Global flags have environment variables that say the same.', async () => {
    const project = cliProject(tasks)
    const json = await project.run(['status'], {
      cwd: project.base,
      env: { OFFSTAGE_JSON: '1', OFFSTAGE_CWD: project.root },
    })
    expect(Object.keys(JSON.parse(json.stdout))).toContain('queues')
    const unclear = await project.run(['status'], { env: { OFFSTAGE_JSON: 'maybe' } })
    expect(unclear).toMatchObject({
      exitCode: 2,
      stderr: 'error: OFFSTAGE_JSON: "maybe" is neither true nor false\n  write 1 or 0\n',
    })
    const lost = await project.run(['status'], { env: { OFFSTAGE_CWD: '/nowhere' } })
    expect(lost).toMatchObject({ exitCode: 2, stderr: 'error: OFFSTAGE_CWD: there is no folder /nowhere\n' })
    const error = await project.run(['status', 'j1'], { env: { OFFSTAGE_JSON: 'true' } })
    expect(error.exitCode).toBe(5)
    expect(JSON.parse(error.stdout)).toMatchObject({ error: { code: 'E_NO_JOB' } })
  })

  inFile.each([
    ['removed', (path: string) => renameSync(path, `${path}.away`)],
    ['replaced by another one', (path: string) => replaceByCopy(path)],
    ['emptied', (path: string) => truncateSync(path)],
  ])('A worker whose file is %s under it says so and ends: exit code 6.', async (what, spoil) => {
    const project = cliProject(tasks)
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    spoil(project.path('.offstage/jobs.db'))
    const end = await worker.ended
    expect(end).toMatchObject({ exitCode: 6, stdout: '' })
    expect(end.stderr).toContain(
      `error: store ${project.path('.offstage/jobs.db')}: the file was ${what} while it was in use`,
    )
  })

  inFile.each([
    ['its pages are damaged', (path: string) => spoilPages(path)],
    ['its schema is version 99 now', (path: string) => sql(path, 'PRAGMA user_version = 99')],
    ['jobs.db-wal was removed while it was in use', (path: string) => rmSync(`${path}-wal`)],
  ])(
    'A worker that meets a store of which "%s" says so once, acknowledges nothing more and ends: exit code 6.',
    async (what, spoil) => {
      const project = cliProject(tasks)
      await project.run(['run', 'one', '--each', '-', '--detach'], { input: '1\n'.repeat(2_000) })
      const worker = project.start(['workers', 'start'])
      await worker.says(/is ready/)
      spoil(project.path('.offstage/jobs.db'))
      const end = await worker.ended
      expect(end).toMatchObject({ exitCode: 6, stdout: '' })
      expect(end.stderr.split(what)).toHaveLength(2)
      expect(end.stderr).not.toMatch(/bug|trying again/)
    },
  )

  sqliteOnly(test.runIf(process.platform === 'linux'), 'its file is removed').each([
    ['jobs logs -f', ['jobs', 'logs', 'j1', '-f']],
    ['status --follow', ['status', 'j1', '--follow']],
    ['run --wait', ['run', 'one', '--wait']],
    ['jobs wait', ['jobs', 'wait', 'j1']],
    ['schedule start', ['schedule', 'start']],
  ])('%s notices that the file of the store was removed: exit code 6.', async (_, args) => {
    const project = cliProject(tasks)
    await project.run(['run', 'one', '--detach'])
    const follower = project.start(args)
    const path = project.path('.offstage/jobs.db')
    const isOpenBy = () => readdirSync(`/proc/${follower.pid}/fd`).some((fd) => linkOf(follower.pid, fd) === path)
    await eventually(() => expect(isOpenBy()).toBe(true))
    if (args[0] === 'run') await follower.says(/no worker is running/)
    renameSync(path, `${path}.away`)
    const { exitCode, stderr } = await follower.ended
    // It may still be opening it.
    expect(stderr).toMatch(
      /the file was removed while it was in use|it cannot be opened \(ENOENT\)|is gone, though its folder/,
    )
    expect(exitCode).toBe(6)
  })

  inFile('Too many open files are named as what they are, not as a wrong path.', async () => {
    const project = cliProject(tasks)
    await project.run(['run', 'one'])
    // How many it takes depends on what this process was given itself.
    const limits = Array.from({ length: 12 }, (_, n) => 19 + n)
    const ends = await Promise.all(limits.map((limit) => project.shell(`ulimit -n ${limit}; offstage status`)))
    const refused = ends.filter(({ exitCode }) => exitCode === 6)
    expect(refused.length).toBeGreaterThan(0)
    for (const { stderr } of refused) {
      expect(stderr).toMatch(/too many files are open \(EMFILE\)\n {2}raise the limit of open files \(ulimit -n\)\n$/)
    }
  })

  test("What Node's permission model forbids is named with the flags that allow it; nothing hangs.", async () => {
    const project = cliProject(tasks)
    const flags = '--permission --allow-fs-read=* --allow-fs-write=* --allow-addons --no-warnings'
    const [noChildren, noThreads] = await Promise.all(
      [flags, `${flags} --allow-child-process`].map((NODE_OPTIONS) =>
        project.run(['run', 'one'], { env: { NODE_OPTIONS } }),
      ),
    )
    expect(noChildren).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error: Node's permission model forbids/),
    })
    expect(noThreads).toMatchObject({ exitCode: 0, stderr: '' })
  })
})

function replaceByCopy(path: string): void {
  copyFileSync(path, `${path}.copy`)
  renameSync(`${path}.copy`, path)
}

/** Overwrites all pages but the first. */
function spoilPages(path: string): void {
  const file = openSync(path, 'r+')
  const zeros = Buffer.alloc(statSync(path).size - 4_096)
  writeSync(file, zeros, 0, zeros.length, 4_096)
  closeSync(file)
}

function sql(path: string, statement: string): void {
  const db = new Database(path)
  db.exec(statement)
  db.close()
}

function linkOf(pid: number, descriptor: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
  } catch {
    return null // closed since
  }
}
