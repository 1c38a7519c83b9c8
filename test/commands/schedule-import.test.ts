import { chmodSync } from 'node:fs'
import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { ScheduleJson } from '../../src/views/schedule.js'
import { type CliProject, cliProject } from '../support/cli.js'

const schedulesOf = async (project: CliProject) =>
  (await project.json<{ items: readonly ScheduleJson[] }>(['schedule', 'list'])).items
const rulesOf = async (project: CliProject) => (await schedulesOf(project)).map(({ name, rule }) => `${name}: ${rule}`)

const crontab = `PATH=/usr/bin:/bin
MAILTO=ops@example.org

# Nightly backup
15 2 * * * ./backup.sh --full > backup.log 2>&1

*/10 8-18 * * mon-fri sync-orders
CRON_TZ=America/New_York
@daily cat > letter.txt%Hello,%all.
`

/** Commands that are run with this have no zone but UTC. */
const utc = { env: { TZ: 'UTC' } }
const importing = (...words: string[]) => ['schedule', 'import', ...words]

describe('schedule import', () => {
  test('Each entry becomes a schedule, shown with +; again nothing changes; an edited entry is shown with ~.', async () => {
    const project = cliProject({ 'my.crontab': crontab })
    const first = await project.run(importing('my.crontab', '--catch-up', 'skip'), utc)
    expect(first).toEqual({
      exitCode: 0,
      stdout: `+ nightly-backup  ./backup.sh --full > backup.log 2>&1, 15 2 * * * (UTC)
+ sync-orders  sync-orders, */10 8-18 * * mon-fri (UTC)
+ cat  cat > letter.txt, @daily (America/New_York)
`,
      stderr: `my.crontab line 2: no mail is sent
  name who gets failures: "notify" in the config
3 added, 0 changed, 0 as they were
`,
    })
    const home = `${project.base}/home`
    expect(await schedulesOf(project)).toMatchObject([
      { name: 'cat', source: 'cli', args: ['cat > letter.txt'], stdin: 'Hello,\nall.\n', tz: 'America/New_York' },
      { name: 'nightly-backup', chdir: home, env: { PATH: '/usr/bin:/bin' }, tz: 'UTC', catchUp: 'skip' },
      { name: 'sync-orders', overlap: 'skip', stdin: null },
    ])

    const again = await project.run(importing('my.crontab', '--catch-up', 'skip'), utc)
    expect(again).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringMatching(/\nNothing to change\.\n$/) })

    project.write('my.crontab', crontab.replace('15 2', '45 3'))
    const input = project.read('my.crontab')
    const fromStdin = await project.run(importing('-', '--catch-up', 'skip', '--dry-run'), { ...utc, input })
    expect(fromStdin.stdout).toContain('+ nightly-backup-2  ./backup.sh')
    expect(fromStdin.stderr).toMatch(/nightly-backup, imported from \S+my\.crontab, has the same command/)
    const edited = await project.run(importing('my.crontab', '--catch-up', 'skip', '--dry-run'), utc)
    expect(edited.stdout).toBe(
      '~ nightly-backup  ./backup.sh --full > backup.log 2>&1, 15 2 * * * (UTC) -> 45 3 * * * (UTC)\n',
    )
    expect(await rulesOf(project)).toContain('nightly-backup: 15 2 * * *')
  })

  test('One bad line, and nothing is stored; each is named with its number; --skip-invalid imports the rest.', async () => {
    const project = cliProject({
      tab: `0 1 * * * one\n61 * * * * two\n@reboot three\nCRON_TZ=Mars/X\n0 4 * * * four\n`,
    })
    const refused = await project.run(importing('tab'), utc)
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused.stderr).toMatch(/^tab line 2: the rule: "61 \* \* \* \*" is no cron expression: "61" is no minute/)
    expect(refused.stderr).toMatch(/\ntab line 3: @reboot is no time/)
    expect(refused.stderr).toMatch(/\ntab line 5: CRON_TZ: "Mars\/X" is no time zone/)
    expect(refused.stderr).toMatch(/\nerror: tab: 3 lines cannot be imported; nothing was stored\n .*--skip-invalid\n$/)
    expect(await schedulesOf(project)).toEqual([])
    const asJson = await project.json<{ error: { code: string } }>(importing('tab'), utc)
    expect(asJson.error.code).toBe('E_CRONTAB')

    const rest = await project.json<Record<string, unknown>>(importing('tab', '--skip-invalid'), utc)
    expect(rest).toMatchObject({
      applied: true,
      changes: [{ change: '+', name: 'one', task: 'shell', rule: '0 1 * * * (UTC)', line: 1 }],
      refused: [{ line: 2 }, { line: 3 }, { line: 5 }],
      notes: [],
    })
    expect(await rulesOf(project)).toEqual(['one: 0 1 * * *'])
  })

  test('With a column for the user, entries of others are left out; without the flag the file is recognized.', async () => {
    const { username } = userInfo()
    const project = cliProject({ tab: `0 1 * * * ${username} mine\n0 2 * * * nobody-else theirs\n` })
    const without = await project.run(importing('tab'), utc)
    expect(without.stderr).toContain(`tab line 1: its command begins with the name of a user, ${username}`)
    const withFlag = await project.run(importing('tab', '--user-column', '--skip-invalid'), utc)
    expect(withFlag.stderr).toContain('tab line 2 left out: it runs as nobody-else')
    expect(withFlag.exitCode).toBe(0)
    expect(await rulesOf(project)).toEqual(['mine: 0 1 * * *'])
  })

  test('A program that is named as its user is that program, with a note.', async () => {
    const { username } = userInfo()
    const project = cliProject({ tab: `PATH=bin\n0 1 * * * ${username} backup\n`, [`bin/${username}`]: '#!/bin/sh\n' })
    chmodSync(project.path(`bin/${username}`), 0o755)
    const tab = `PATH=${project.path('bin')}\n0 1 * * * ${username} backup\n`
    project.write('tab', tab)
    const { stderr, exitCode } = await project.run(importing('tab'), utc)
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`${username} is taken for the program`)])
    expect(stderr).toContain('if the crontab has a column for the user, add --user-column')
    expect(await schedulesOf(project)).toHaveLength(1)
  })

  test('Names stay when entries come above, and two entries of one program have two names.', async () => {
    const project = cliProject({ tab: '0 1 * * * sync a\n0 2 * * * sync b\n' })
    await project.run(importing('tab'), utc)
    project.write('tab', '0 9 * * * sync z\n0 1 * * * sync a\n0 2 * * * sync b\n')
    const more = await project.run(importing('tab'), utc)
    expect(more.stdout).toBe('+ sync-3  sync z, 0 9 * * * (UTC)\n')
    const commands = (await schedulesOf(project)).map(({ name, args }) => `${name}: ${args}`)
    expect(commands).toEqual(['sync: sync a', 'sync-2: sync b', 'sync-3: sync z'])
  })

  test('A command that was changed under its comment stays the same schedule.', async () => {
    const project = cliProject({ tab: '# Backup\n0 1 * * * old\n' })
    await project.run(importing('tab'), utc)
    project.write('tab', '# Backup\n0 1 * * * new\n')
    const { stdout } = await project.run(importing('tab'), utc)
    expect(stdout).toBe('~ backup  new, 0 1 * * * (UTC); args changed\n')
    expect(await rulesOf(project)).toEqual(['backup: 0 1 * * *'])
  })

  test('Another crontab changes no schedule of the first; what both have is one schedule.', async () => {
    const project = cliProject({
      a: '0 2 * * * /srv/a/backup.sh\n0 5 * * * both\n',
      b: '0 4 * * * /srv/b/backup.sh\n0 5 * * * both\n0 5 * * * both\n',
    })
    await project.run(importing('a'), utc)
    const other = await project.run(importing('b'), utc)
    expect(other.stdout).toBe('+ backup.sh-2  /srv/b/backup.sh, 0 4 * * * (UTC)\n+ both-2  both, 0 5 * * * (UTC)\n')
    expect(other.stderr).not.toContain('not in this crontab')
    const commands = async () => (await schedulesOf(project)).map(({ name, args }) => `${name}: ${args}`)
    const all = ['backup.sh: /srv/a/backup.sh', 'backup.sh-2: /srv/b/backup.sh', 'both: both', 'both-2: both']
    expect(await commands()).toEqual(all)
    for (const tab of ['a', 'b']) {
      const again = await project.run(importing(tab), utc)
      expect(again).toMatchObject({ stdout: '', stderr: expect.stringContaining('Nothing to change.') })
    }
    expect(await commands()).toEqual(all)
  })

  test('Two projects with one store have crontabs of their own; what a file has twice needs no word.', async () => {
    const [one, other] = [
      cliProject({ crontab: '0 3 * * * ./backup.sh /a\n' }),
      cliProject({ crontab: '0 4 * * * ./backup.sh /b\n' }),
    ]
    const env = { ...utc.env, OFFSTAGE_STORE: `sqlite:${one.path('shared.db')}` }
    await one.run(importing('crontab'), { env })
    const { stdout } = await other.run(importing('crontab'), { env })
    expect(stdout).toBe('+ backup.sh-2  ./backup.sh /b, 0 4 * * * (UTC)\n')
    other.write('crontab', '0 4 * * * ./backup.sh /b\n0 16 * * * ./backup.sh /b\n')
    expect((await other.run(importing('crontab'), { env })).stderr).not.toContain('same command')
    // Through /dev/stdin it is the file that the shell has opened.
    const again = await other.shell('offstage schedule import /dev/stdin < crontab', { env })
    expect(again.stderr).toContain('Nothing to change.')
  })

  test('A schedule that was made by hand keeps its name and its command.', async () => {
    const project = cliProject({ tab: '# Backup\n0 1 * * * imported\n' })
    await project.run(['schedule', '--name', 'backup', '--every', '1h', '--', 'by-hand'], utc)
    const { stdout } = await project.run(importing('tab'), utc)
    expect(stdout).toBe('+ backup-2  imported, 0 1 * * * (UTC)\n')
    expect((await schedulesOf(project)).map(({ name, args }) => `${name}: ${args}`)).toEqual([
      'backup: by-hand',
      'backup-2: imported',
    ])
  })

  test('What can never work, or not as it seems, is said; what no command can have is refused.', async () => {
    const tab = "SHELL=/bin/nonexist\nRANDOM_DELAY=soon\nA='b\n0 1 * * * foo\n0 2 * * * x\0y\n"
    const project = cliProject({ tab })
    const { stderr } = await project.run(importing('tab', '--skip-invalid'), utc)
    for (const text of [
      'tab line 4: its SHELL /bin/nonexist is not there: it will fail until it is',
      'tab line 2: RANDOM_DELAY is no number of minutes: soon',
      'tab line 3: A has a quote that does not end, and keeps it',
      'tab line 5 left out: it has a NUL character, which no command can have',
    ])
      expect(stderr).toContain(text)
    project.write('tab', 'SHELL=\n0 1 * * * foo\n')
    await project.run(importing('tab'), utc)
    expect((await schedulesOf(project)).map(({ args }) => args)).toEqual([['foo']])
  })

  test('An entry whose schedule was changed by hand is named beside it.', async () => {
    const project = cliProject({ tab: '# Nightly backup\n45 3 * * * ./backup.sh\n' })
    await project.run(importing('tab'), utc)
    await project.run(['schedule', '--name', 'nightly-backup', '--cron', '45 4 * * *', '--', './backup.sh'], utc)
    const { stderr } = await project.run(importing('tab'), utc)
    expect(stderr).toContain('tab line 2: it is nightly-backup-2, since nightly-backup was made or changed by hand')
    expect((await project.run(importing('tab'), utc)).stderr).not.toContain('by hand')
  })

  test('An entry that left the crontab is named, and stays until it is removed.', async () => {
    const project = cliProject({ tab: '0 1 * * * a\n0 2 * * * b\n' })
    await project.run(importing('tab'), utc)
    project.write('tab', '0 1 * * * a\n')
    const { stderr } = await project.run(importing('tab'), utc)
    expect(stderr).toBe(
      'Nothing to change.\nfrom an earlier import, and not in this crontab: b\n  if they should go: offstage schedule remove b\n',
    )
    expect(await rulesOf(project)).toEqual(['a: 0 1 * * *', 'b: 0 2 * * *'])
  })

  test('Secrets of commands are masked in what is shown, and an empty crontab is said to be empty.', async () => {
    const project = cliProject({
      tab: 'API_TOKEN=hunter2hunter2\n0 1 * * * curl --token geheim12 http://x\n',
      none: '# x\n',
    })
    const { stdout } = await project.run(importing('tab'), utc)
    expect(stdout).toBe('+ curl-x  curl --token *** http://x, 0 1 * * * (UTC)\n'.replace('curl-x', 'curl'))
    expect((await schedulesOf(project))[0]?.env).toEqual({ API_TOKEN: '***' })
    expect(await project.run(importing('none'), utc)).toMatchObject({ stdout: '', exitCode: 0 })
  })

  test('A file that is not there, or that is no text, is refused.', async () => {
    const project = cliProject({})
    const gone = await project.run(importing('gone'), utc)
    expect(gone).toMatchObject({ exitCode: 2, stderr: 'error: CRONTAB: gone cannot be read (ENOENT)\n' })
  })
})
