import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { canMount, isRoot } from '../support/doctor.js'
import { sqliteOnly } from '../support/tested-store.js'

const program = join(import.meta.dirname, '../../bin/run.js')

const tasks = {
  'tasks/note.ts': `export default function note(text: string) { console.log('noted'); return text }`,
}

/** A project whose store has a job that ended and one that waits. */
async function projectWithJobs() {
  const project = cliProject(tasks)
  await project.run(['run', 'note', 'one'])
  await project.run(['run', 'note', 'two', '--detach'])
  return project
}

const readers = [
  'status',
  'status j1',
  'jobs list',
  'jobs show j1',
  'jobs logs j1',
  'jobs wait j1',
  'jobs cancel --state queued --dry-run',
  'queues list',
  'workers list',
  'schedule list',
  'metrics',
  'health --fail-on unhealthy',
  'store backup $HOME/copy.db --force',
]

sqliteOnly(describe, 'Redis is no file')('A store that can only be read', () => {
  test.skipIf(!canMount)(
    'On a read-only mount all commands that read work; those that write say why not.',
    async () => {
      const project = await projectWithJobs()
      for (const name of ['-wal', '-shm']) rmSync(project.path(`.offstage/jobs.db${name}`), { force: true })
      const each = readers.map((args) => `offstage ${args} > out 2> err || echo "${args}: $? $(cat err)"`)
      const { stdout } = await project.shell(`unshare --mount sh -c '
      mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && mount -t tmpfs tmpfs /mnt && store=$PWD/.offstage/jobs.db
      project=$PWD; cd /mnt; export OFFSTAGE_CWD=$project
      ${each.join('\n')}
      offstage jobs list --json | grep -c "\\"id\\""
      for args in "run note x" "jobs cancel j2" "store compact"; do offstage $args 2>&1; echo "$?"; done'`)
      const refusal = `error: store ${project.path('.offstage/jobs.db')}: it cannot be written: its file system is read-only (EROFS)`
      const hint = '  commands that only read still work'
      // Only health finds fault, with a job that waits: no worker is alive.
      expect(stdout.split('\n')).toEqual(['2', refusal, hint, '6', refusal, hint, '6', refusal, hint, '6', ''])
      expect(readdirSync(project.path('.offstage')).sort()).toEqual(['.gitignore', 'jobs.db'])
    },
  )

  test.skipIf(!canMount)('A command that follows a job in a copy ends once the file has changed.', async () => {
    const project = await projectWithJobs()
    for (const name of ['-wal', '-shm']) rmSync(project.path(`.offstage/jobs.db${name}`), { force: true })
    const follower = project.start(['status', 'j2', '--follow'], { env: { OFFSTAGE_CWD: project.root } }, [
      'unshare',
      '--mount',
      'sh',
      '-c',
      `mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && mount -t tmpfs tmpfs /mnt && exec "$@"`,
      'sh',
    ])
    await follower.says(/j2 queued/)
    let isOver = false
    const ended = follower.ended.finally(() => {
      isOver = true
    })
    await eventually(async () => {
      await project.run(['run', 'note', 'three', '--detach'])
      expect(isOver).toBe(true)
    })
    const { exitCode, stderr } = await ended
    expect(exitCode).toBe(6)
    expect(stderr).toMatch(/so a copy was read, and the store has changed since\n {2}run the command again/)
  })

  test.skipIf(!isRoot)(
    'Of another user it is read if its mode allows that; otherwise the owner is named.',
    async () => {
      const project = await projectWithJobs()
      const other = project.path('other')
      mkdirSync(other)
      cpSync(project.path('.offstage/jobs.db'), `${other}/jobs.db`)
      chownSync(other, 4321, 4321)
      chownSync(`${other}/jobs.db`, 4321, 4321)
      chmodSync(other, 0o755)
      chmodSync(project.base, 0o755)
      const as = (args: string) =>
        project.shell(`exec setpriv --reuid 4322 --clear-groups node ${program} ${args} --store sqlite:other/jobs.db`)
      chmodSync(`${other}/jobs.db`, 0o644)
      expect(await as('jobs list')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('completed') })
      const written = await as('jobs cancel j2')
      expect(written.exitCode).toBe(6)
      expect(written.stderr).toContain(
        'jobs.db belongs to user 4321, and this is user 4322 (EACCES)\n  commands that only',
      )
      chmodSync(`${other}/jobs.db`, 0o600)
      expect((await as('jobs cancel j2')).stderr).not.toContain('commands that only read')
      const read = await as('jobs list')
      expect(read.exitCode).toBe(6)
      expect(read.stderr).toContain('it cannot be read: ')
      expect(read.stderr).toContain(
        'jobs.db belongs to user 4321, and this is user 4322 (EACCES)\n  run the command as',
      )
      expect(readdirSync(other)).toEqual(['jobs.db'])
    },
  )
})

sqliteOnly(describe, 'Redis is no file')('A volume at .offstage', () => {
  test.skipIf(!canMount)(
    'An empty one gets a store; once it had one, its loss is an error with a way out.',
    async () => {
      const project = cliProject(tasks)
      mkdirSync(project.path('.offstage'))
      const { stdout } = await project.shell(`unshare --mount sh -c '
      offstage status 2>&1; echo "folder alone: $?"
      mount -t tmpfs tmpfs .offstage && mkdir .offstage/lost+found
      offstage status > /dev/null 2>&1; echo "mounted: $?"; ls -A .offstage
      offstage run note one 2> /dev/null; offstage run note two 2> /dev/null
      rm .offstage/jobs.db*; offstage status 2>&1; echo "lost: $?"
      rm -r .offstage/.gitignore; offstage run note three 2> /dev/null'`)
      const gone = `error: store ${project.path('.offstage/jobs.db')}: the file is gone, though its folder is there`
      const wayOut = (how: string) =>
        `  restore a backup, or ${how} the folder ${project.path('.offstage')} to begin with an empty store`
      expect(stdout.split('\n')).toEqual([
        ...[gone, wayOut('remove'), 'folder alone: 6'],
        ...['mounted: 0', 'lost+found', 'one', 'two'],
        ...[gone, wayOut('empty'), 'lost: 6', 'three', ''],
      ])
    },
  )

  test.skipIf(!canMount)(
    'On an empty volume several commands at once make one store, also beside what a killed one left.',
    async () => {
      const project = cliProject(tasks)
      const { stdout } = await project.shell(`unshare --mount sh -c '
      mkdir .offstage && mount -t tmpfs tmpfs .offstage && mkdir .offstage/.offstage-new-killed
      for name in a b c d; do offstage run note $name 2>&1 & done; wait
      offstage jobs list --json | grep -c completed'`)
      expect(stdout.replaceAll('noted\n', '').split('\n').sort()).toEqual(['', '4', 'a', 'b', 'c', 'd'])
    },
  )
})
