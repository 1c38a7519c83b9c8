import { mkdirSync, readdirSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { thisHost } from '../../src/engine/host.js'
import { applicationId } from '../../src/stores/sqlite/migrations.js'
import { cliProject } from '../support/cli.js'
import { canMount } from '../support/doctor.js'
import { sqliteOnly } from '../support/tested-store.js'

const tasks = {
  'tasks/wait.ts': `
    import { existsSync } from 'node:fs'
    export default async function wait() {
      while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20))
      return 'went'
    }`,
  'tasks/note.ts': `export default function note(text: string) { return text }`,
}

sqliteOnly(describe, 'Redis is no file')('store backup', () => {
  test('It copies the store beside a busy worker; the copy is a store in which the running job is queued.', async () => {
    const project = cliProject(tasks)
    await project.run(['run', 'note', 'one'])
    await project.run(['run', 'wait', '--detach'])
    const worker = project.start(['workers', 'start', '--processes', '1'])
    await worker.says(/ready/)
    await project.run(['jobs', 'wait', '--until', 'queue.default.running == 1', '--timeout', '30s'])
    const made = await project.run(['store', 'backup', 'copy.db'])
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    expect(made.stdout).toMatch(/^wrote \S+copy\.db \(\d+ KB\)\n1 job was running, and is queued again in the copy\n$/)
    const copied = await project.json<{ items: object[] }>(['jobs', 'list', '--store', 'sqlite:copy.db'])
    expect(copied.items).toMatchObject([
      { id: 'j2', state: 'queued', losses: 0 },
      { id: 'j1', state: 'completed' },
    ])
    expect(await project.json(['workers', 'list', '--store', 'sqlite:copy.db'])).toEqual({ items: [] })
    project.write('go', '')
    expect((await project.run(['jobs', 'wait', 'j2'])).exitCode).toBe(0)
    worker.signal('SIGTERM')
    await worker.ended
  })

  test('A file that is there is kept unless --force is given; JSON has what was written.', async () => {
    const project = cliProject(tasks)
    await project.run(['run', 'note', 'one', '--detach'])
    expect(await project.json(['store', 'backup', 'copy.db'])).toEqual({
      file: project.path('copy.db'),
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      bytes: expect.any(Number),
      requeued: 0,
      lost: 0,
    })
    const again = await project.run(['store', 'backup', 'copy.db'])
    expect(again).toMatchObject({ exitCode: 2, stdout: '' })
    expect(again.stderr).toBe(
      `error: ${project.path('copy.db')} is there already\n  name another file, or replace it with --force\n`,
    )
    await project.run(['status', '--store', 'sqlite:copy.db'])
    expect((await project.run(['store', 'backup', 'copy.db', '--force'])).exitCode).toBe(0)
  })

  test.each([
    [['store', 'backup', 'none/copy.db'], 2, /there is no folder \S+none\n {2}make the folder first/],
    [['store', 'backup', '-'], 2, /cannot be written to stdout/],
    [['store', 'backup', 'copy.db', '--store', 'memory:'], 2, /store backup: the store memory: has no file/],
    [['store', 'upgrade', '--store', 'memory:'], 2, /store upgrade: the store memory: has no file/],
    [['store', 'compact', '--store', 'memory:'], 2, /store compact: the store memory: has no file/],
    [['store', 'backup', 'copy.db', '--store', 'sqlite:none.db'], 6, /none\.db: there is none yet/],
    [['store', 'compact', '--store', 'sqlite:none.db'], 6, /none\.db: there is none yet/],
    [['store', 'backup', '.offstage/jobs.db', '--force'], 2, /is the store itself/],
    [['store', 'backup', '.offstage/jobs.db-wal', '--force'], 2, /is a name that SQLite uses beside \S+jobs\.db\n/],
    [['store', 'backup', '.offstage/jobs.db-journal'], 2, /is a name that SQLite uses beside \S+jobs\.db\n/],
    [['store', 'backup', 'sqlite:copy.db'], 2, /sqlite:copy\.db is the URL of a store\n {2}name the file alone/],
  ])('%j ends with %i, says why, and writes nothing.', async (args, exitCode, text) => {
    const project = cliProject(tasks)
    await project.run(['run', 'note', 'one', '--detach'])
    const before = readdirSync(project.root).sort()
    const ended = await project.run(args)
    expect(ended.stderr).toMatch(text)
    expect(ended.exitCode).toBe(exitCode)
    expect(readdirSync(project.root).sort()).toEqual(before)
  })

  test.skipIf(!canMount)('A disk that is full half-way keeps the copy that was there, and nothing else.', async () => {
    const project = cliProject({ ...tasks, 'lines.jsonl': `"${'x'.repeat(3_000)}"\n`.repeat(1_000) })
    await project.run(['run', 'note', '--each', 'lines.jsonl', '--detach'])
    mkdirSync(project.path('small'))
    const { stdout, stderr } = await project.shell(
      `unshare --mount sh -c '
        mount -t tmpfs -o size=1m tmpfs small && echo earlier > small/copy.db
        offstage store backup small/copy.db --force; echo "exit $?"; ls -A small; cat small/copy.db'`,
    )
    expect(stdout).toBe('exit 6\ncopy.db\nearlier\n')
    expect(stderr).toMatch(/small\/copy\.db: the disk is full \(SQLITE_FULL\)\n {2}nothing was left behind/)
  })
})

sqliteOnly(describe, 'Redis is no file')('store upgrade', () => {
  test('It brings an older file up to date, runs nothing, and other commands name it before.', async () => {
    const project = cliProject(tasks)
    const db = new Database(project.path('old.db'))
    db.pragma('journal_mode = WAL')
    db.pragma(`application_id = ${applicationId}`)
    db.close()
    const store = ['--store', 'sqlite:old.db']
    for (const args of [['status'], ['run', 'note', 'one', '--detach'], ['workers', 'start', '--burst']]) {
      const refused = await project.run([...args, ...store])
      expect(refused).toMatchObject({ exitCode: 6, stdout: '' })
      expect(refused.stderr).toContain('bring it up to date with "offstage store upgrade", which runs no jobs')
    }
    expect(await project.json(['store', 'upgrade', ...store])).toEqual({ from: 0, to: 1 })
    expect((await project.run(['store', 'upgrade', ...store])).stdout).toBe('The schema is up to date: version 1.\n')
    expect((await project.run(['run', 'note', 'one', ...store])).stdout).toBe('one\n')
  })

  test('It refuses while a worker of an older version is alive, and lists it.', async () => {
    const project = cliProject(tasks)
    const { bootId, pidNamespace, process: own } = thisHost()
    const db = new Database(project.path('old.db'))
    db.pragma('journal_mode = WAL')
    db.pragma(`application_id = ${applicationId}`)
    db.exec(`CREATE TABLE workers (id INTEGER PRIMARY KEY, pid, start_ticks, host, boot_id, pid_namespace, concurrency,
      queues, tasks, scheduler, embedded, processes, rss_bytes, started_at, last_beat_at, lease_until)`)
    const lease = Math.floor(Number(process.hrtime.bigint() / 1_000_000n)) + 20_000
    db.prepare(`INSERT INTO workers VALUES (7, ?, ?, 'here', ?, ?, 1, 'null', NULL, 0, 0, '[]', NULL, ?, ?, ?)`).run(
      own.pid,
      own.startTicks,
      bootId,
      pidNamespace,
      Date.now(),
      Date.now(),
      lease,
    )
    db.close()
    const refused = await project.run(['store', 'upgrade', '--store', 'sqlite:old.db'])
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain(`cannot be brought up to date: w7 (pid ${own.pid} on here) is alive\n  stop these`)
  })
})

sqliteOnly(describe, 'Redis is no file')('store compact', () => {
  test('It refuses while a worker is alive; with --force the worker waits and goes on.', async () => {
    const project = cliProject({ ...tasks, 'lines.jsonl': `"${'x'.repeat(3_000)}"\n`.repeat(500) })
    await project.run(['run', 'note', '--each', 'lines.jsonl', '--detach'])
    const worker = project.start(['workers', 'start', '--processes', '1', '--burst'])
    await worker.ended
    await project.run(['jobs', 'remove', '--state', 'completed', '--yes'])
    const other = project.start(['workers', 'start', '--processes', '1'])
    await other.says(/ready/)
    const refused = await project.run(['store', 'compact'])
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toMatch(/cannot be compacted.*: w\d+ \(pid \d+ on \S+\) is alive\n {2}stop them first/)
    const { bytesBefore, bytesAfter } = await project.json<{ bytesBefore: number; bytesAfter: number }>([
      ...['store', 'compact', '--force'],
    ])
    expect(bytesAfter).toBeLessThan(bytesBefore / 2)
    expect((await project.run(['run', 'note', 'after', '--wait'])).stdout).toBe('after\n')
    other.signal('SIGTERM')
    expect((await other.ended).exitCode).toBe(0)
    expect((await project.run(['store', 'compact'])).stdout).toMatch(/^The store had \d+ KB, and has \d+ KB\.\n$/)
  })
})

sqliteOnly(describe, 'these are moves between files; test/stores has the others')('store move', () => {
  test('It asks first, moves everything, says where it went, and can be given up.', async () => {
    const project = cliProject(tasks)
    const [from, to] = [`sqlite:${project.path('.offstage/jobs.db')}`, `sqlite:${project.path('other.db')}`]
    await project.run(['run', 'note', 'one'])
    await project.run(['run', 'note', 'two', '--detach'])
    const shown = await project.json<{ items: object[] }>(['jobs', 'list'])
    const move = ['store', 'move', '--to', 'sqlite:other.db']
    const unasked = await project.run(move)
    expect(unasked).toMatchObject({ exitCode: 2, stdout: '' })
    expect(unasked.stderr).toMatch(
      /Nobody can be asked without a terminal\n {2}say --yes, or look first with --dry-run/,
    )
    expect((await project.run([...move, '--dry-run'])).stderr).toMatch(/^would move 2 jobs, 1 queue/)
    const moved = await project.json<{ counts: object }>([...move, '--yes'])
    expect(moved).toMatchObject({ from, to, answer: 'moved', requeued: 0, lost: 0, counts: { job: 2, queue: 1 } })
    for (const args of [
      ['status'],
      ['run', 'note', 'three'],
      ['workers', 'start', '--burst'],
      ['store', 'backup', 'c.db'],
    ]) {
      const refused = await project.run(args)
      expect(refused).toMatchObject({ exitCode: 6, stdout: '' })
      expect(refused.stderr).toMatch(/jobs\.db: it was moved to sqlite:\S+other\.db\n {2}use that store instead/)
    }
    const there = ['--store', 'sqlite:other.db']
    expect(await project.json(['jobs', 'list', ...there])).toEqual(shown)
    expect((await project.run([...move, '--undo', '--yes'])).stderr).toMatch(
      /jobs\.db is in use again, and \S+other\.db is empty/,
    )
    expect(await project.json(['jobs', 'list'])).toEqual(shown)
    expect(await project.json(['jobs', 'list', ...there])).toEqual({ items: [], next: null })
  })

  test.each<[string, readonly string[], number, RegExp]>([
    ['itself', ['--to', 'sqlite:.offstage/jobs.db'], 2, /cannot be moved to itself/],
    ['a store in memory', ['--to', 'memory:'], 2, /store move: the store memory: ends with its process/],
    ['no store', ['--from', 'sqlite:none.db', '--to', 'sqlite:b.db'], 6, /none\.db: there is none yet/],
    ['no URL', ['--to', 'b.db'], 2, /--to: b\.db is not a store\n {2}write sqlite:b\.db/],
  ])('It refuses %s.', async (_, args, exitCode, said) => {
    const project = cliProject(tasks)
    await project.run(['run', 'note', 'one'])
    const refused = await project.run(['store', 'move', ...args, '--yes'])
    expect(refused).toMatchObject({ exitCode, stdout: '' })
    expect(refused.stderr).toMatch(said)
    expect((await project.run(['status'])).exitCode).toBe(0)
  })
})
