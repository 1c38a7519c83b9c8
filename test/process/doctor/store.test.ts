import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../../src/app/doctor/finding.js'
import { type CliProject, cliProject } from '../../support/cli.js'
import {
  canMount,
  changeStore,
  isRoot,
  like,
  projectWithStore,
  some,
  tasks,
  troublesInShell,
  troublesOf,
} from '../../support/doctor.js'
import { sqliteOnly } from '../../support/tested-store.js'

sqliteOnly(describe, 'what it says of Redis is tested in test/app/doctor')('doctor and the store', () => {
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
    expect(found.filter(([check]) => check === 'store')).toEqual(
      some(['store', 'problem', 'jobs.db cannot be written: only commands that read work']),
    )
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

sqliteOnly(describe.skipIf(!canMount), 'Redis has its own disk')('doctor and the disk', () => {
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
