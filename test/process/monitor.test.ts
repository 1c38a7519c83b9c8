import { renameSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import { openStoreForReading, parseStoreUrl } from '../../src/open.js'
import { type CliProject, cliProject, eventually } from '../support/cli.js'
import { hostileText } from '../support/sample-stores.js'
import { enqueueJob } from '../support/store.js'
import { drivesTerminal } from '../support/terminal.js'
import { sqliteOnly, storeUrlOf } from '../support/tested-store.js'
import { TmuxTerminal } from '../support/tmux.js'

const inFile = sqliteOnly(test, 'its file is moved, or locked; a Redis that ends is in test/process/redis')

const monitor = 'offstage monitor -n 0.2'

function expectRestored(terminal: TmuxTerminal): void {
  expect(terminal.fact('alternate_on')).toBe('0')
  expect(terminal.fact('cursor_flag')).toBe('1')
}

describe('a terminal', () => {
  test.each(['q', 'C-c'])('It gets its screen and its cursor back after %s, which is exit code 0.', async (key) => {
    const terminal = new TmuxTerminal(cliProject(), `echo before; ${monitor}`)
    await terminal.shows(/No jobs yet/)
    expect(terminal.fact('alternate_on')).toBe('1')
    terminal.press(key)
    const screen = await terminal.shows(/exit code 0/)
    expectRestored(terminal)
    expect(screen).toContain('before')
    expect(screen).not.toContain('No jobs yet')
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('It gets its screen and its cursor back after %s.', async (signal, code) => {
    const terminal = new TmuxTerminal(cliProject(), monitor)
    await terminal.shows(/No jobs yet/)
    process.kill(terminal.pid('monitor'), signal)
    await terminal.shows(new RegExp(`exit code ${code}`))
    expectRestored(terminal)
  })

  test('It gets its screen back when the program crashes, and shows the error.', async () => {
    const project = cliProject()
    const crash = project.write('crash.cjs', "process.on('SIGUSR2', () => { throw new Error('a crash') })")
    const terminal = new TmuxTerminal(project, monitor, { env: { NODE_OPTIONS: `--require ${crash}` } })
    await terminal.shows(/No jobs yet/)
    process.kill(terminal.pid('monitor'), 'SIGUSR2')
    expect(await terminal.shows(/exit code 1/)).toContain('a crash')
    expectRestored(terminal)
  })

  test('Ctrl-Z gives it back until the monitor goes on.', async () => {
    const terminal = new TmuxTerminal(cliProject(), `echo before; ${monitor}`)
    await terminal.shows(/No jobs yet/)
    const pid = terminal.pid('monitor')
    terminal.press('C-z')
    await terminal.shows(/before/)
    expectRestored(terminal)
    process.kill(pid, 'SIGCONT')
    await terminal.shows(/No jobs yet/)
    expect(terminal.fact('alternate_on')).toBe('1')
    terminal.press('q')
    await terminal.shows(/exit code 0/)
  })

  test('Its size may change: a small one shows a line and the list.', async () => {
    const project = cliProject()
    await enqueueJob(project, 'hello')
    const terminal = new TmuxTerminal(project, 'offstage status --watch -n 0.2')
    await terminal.shows(/LAST HOUR/)
    terminal.press('3')
    terminal.resize(50, 10)
    const small = await terminal.shows(/^\S* ?\w+ {2}q 1 {2}run 0 {2}failed 0$.*j1/ms)
    expect(small).not.toContain('Overview')
    terminal.resize(90, 30)
    await terminal.shows(/1 Overview/)
  })

  test('TERM=dumb gets the plain status each interval.', async () => {
    const terminal = new TmuxTerminal(cliProject(), `TERM=dumb ${monitor}`, { rows: 60 })
    await terminal.shows(/No jobs yet.*No jobs yet/s)
    expect(terminal.fact('alternate_on')).toBe('0')
    terminal.press('C-c')
    await terminal.shows(/exit code 0/)
  })

  test('q ends it there too.', async () => {
    const terminal = new TmuxTerminal(cliProject(), `TERM=dumb ${monitor}`, { rows: 60 })
    await terminal.shows(/No jobs yet/)
    terminal.press('q')
    await terminal.shows(/exit code 0/)
  })

  test('Without colours the row at the cursor stays inverse, and nothing else is styled.', async () => {
    const project = cliProject()
    await enqueueJob(project, 'hello')
    const terminal = new TmuxTerminal(project, monitor, { env: { NO_COLOR: '1' } })
    await terminal.shows(/LAST HOUR/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
    const codes = terminal.colouredScreen().match(/\u001b\[[\d;]*m/g) ?? []
    // tmux writes the default colours (39, 49) too.
    expect([...new Set(codes)].filter((code) => !/\[(0|39|49)m/.test(code))).toEqual(['\u001b[7m'])
  })
})

test('What is no terminal gets the status again and again, without escape codes, until its reader has gone.', async () => {
  const project = cliProject()
  const { stdout, exitCode } = await project.shell(`${monitor} | head -40; offstage status --watch -n 1 | head -1`)
  expect(exitCode).toBe(0)
  expect(stdout.match(/No jobs yet/g)?.length).toBeGreaterThan(1)
  expect(drivesTerminal(stdout)).toBeNull()
})

test('A bad interval, a job and JSON are refused.', async () => {
  const project = cliProject()
  for (const args of [
    ['monitor', '-n', 'often'],
    ['status', 'j1', '--watch'],
    ['status', '--watch', '--json'],
  ]) {
    expect((await project.run(args)).exitCode).toBe(2)
  }
})

const failing = {
  'tasks/mail.ts': "export const send = (n: number) => { throw new Error(n + ' too many connections') }",
}

/** A project with failed, waiting and scheduled work: two of them have the same history. */
async function troubled(): Promise<CliProject> {
  const project = cliProject(failing)
  for (const n of [421, 422, 423]) await enqueueJob(project, 'mail.send', [n], { retries: 0, queue: 'mail' })
  await project.run(['workers', 'start', '--burst'])
  for (const queue of ['low', 'low']) await enqueueJob(project, 'mail.send', [1], { queue })
  await project.run(['schedule', 'mail.send', '7', '--cron', '0 2 * * *', '--tz', 'UTC', '--name', 'nightly'])
  return project
}

/** All that the keys of the monitor can change. */
async function stateOf(project: CliProject) {
  const store = await openStoreForReading(parseStoreUrl(storeUrlOf(project), project.root), systemClock)
  try {
    const { items } = await store.jobs({}, { limit: 100, after: null })
    const schedules = await store.schedules()
    return {
      jobs: items.map(({ id, state }) => `${id} ${state}`),
      paused: (await store.pausedQueues()).map(({ name }) => name),
      schedules: schedules.map(({ name, pausedAt }) => ({ name, isPaused: pausedAt !== null })),
    }
  } finally {
    await store.close()
  }
}

test('Each key that acts does what the command that it shows does.', async () => {
  const [byKeys, byCommands] = [await troubled(), await troubled()]
  const terminal = new TmuxTerminal(byKeys, monitor, { columns: 160 })
  await terminal.shows(/FAILING/)
  const acts: readonly (readonly [keys: readonly string[], shown: RegExp, done: RegExp, asks: boolean])[] = [
    [['2', 'j', 'p'], /paused mail/, /offstage queues pause \w+/, false],
    [['p'], /resumed mail/, /offstage queues resume \w+/, false],
    [['3', 'C'], /cancelled 1 job/, /offstage jobs cancel \w+/, true],
    [['j', 'j', 'x', 'x', 'R'], /retried 2 jobs/, /offstage jobs retry j\d j\d/, true],
    [['6', 'R'], /retried 1 job/, /offstage jobs retry --task \S+ --error '[^']+'/, true],
    [['5', 'p'], /paused nightly/, /offstage schedule pause nightly/, false],
    [['t'], /triggered nightly/, /offstage schedule trigger nightly/, true],
    [['3', '/', 'cancelled', 'Enter', 'D'], /removed 1 job/, /offstage jobs remove \w+/, true],
  ]
  const views = new Map([
    ['2', 'QUEUE'],
    ['3', 'JOB'],
    ['5', 'SCHEDULE'],
    ['6', 'TASK'],
  ])
  for (const [keys, done, command, asks] of acts) {
    const before = await stateOf(byKeys)
    const [first = '', ...more] = keys
    const view = views.get(first)
    terminal.press(first)
    // Keys act on the row at the cursor: a store that is far away takes its time.
    if (view !== undefined) await terminal.shows(new RegExp(`^ +${view} .*^▌`, 'ms'))
    terminal.press(...more)
    if (asks) {
      await terminal.shows(/\[y\/N\]/)
      terminal.press('y')
    }
    const screen = await terminal.shows(done)
    const line = command.exec(screen)?.[0] ?? ''
    const yes = asks && line.includes('--') ? ' --yes' : ''
    const { exitCode, stderr } = await byCommands.shell(`${line}${yes}`)
    expect([line, exitCode], stderr).toEqual([expect.stringMatching(command), 0])
    const after = await stateOf(byKeys)
    expect(after, line).not.toEqual(before)
    expect(after, line).toEqual(await stateOf(byCommands))
  }
})

inFile('A store that vanishes leaves the last picture with its age, and comes back.', async () => {
  const project = cliProject()
  await enqueueJob(project, 'hello')
  const terminal = new TmuxTerminal(project, monitor)
  await terminal.shows(/● live/)
  renameSync(project.path('.offstage'), project.path('away'))
  project.write('.offstage/.gitignore', '*')
  expect(await terminal.shows(/▲ .+ old/)).toContain('default')
  renameSync(project.path('.offstage'), project.path('empty'))
  // Without its folder it is gone too, and not an empty store in good health.
  expect(await terminal.shows(/▲ [3-9]\S*s old/)).toContain('default')
  renameSync(project.path('away'), project.path('.offstage'))
  await terminal.shows(/● live/)
})

inFile('A store that another process has locked is waited for.', async () => {
  const project = cliProject()
  await enqueueJob(project, 'hello')
  const other = new Database(project.path('.offstage/jobs.db'))
  try {
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE queues SET paused_at = paused_at')
    const terminal = new TmuxTerminal(project, monitor)
    await terminal.shows(/another process holds its lock/)
    other.exec('ROLLBACK')
    other.close()
    await terminal.shows(/● live/)
    terminal.press('q')
    await terminal.shows(/exit code 0/)
  } finally {
    other.close()
  }
})

test('A store that is made later is shown.', async () => {
  const project = cliProject()
  const terminal = new TmuxTerminal(project, monitor)
  await terminal.shows(/No jobs yet/)
  await enqueueJob(project, 'hello', [], { queue: 'later' })
  await terminal.shows(/later/)
})

test('Hostile text in arguments and names drives no terminal.', async () => {
  const project = cliProject()
  await enqueueJob(project, 'hello', [hostileText, 'قطار می‌رود', '👩‍👩‍👧'], { key: `k${hostileText.slice(0, 200)}` })
  const terminal = new TmuxTerminal(project, monitor)
  await terminal.shows(/LAST HOUR/)
  terminal.press('3')
  const screen = await terminal.shows(/\\x1b\]0;owned/)
  expect(terminal.fact('pane_title')).not.toBe('owned')
  expect(screen.split('\n')[1]).toContain('3 Jobs')
  terminal.press('e', 'Enter')
  await terminal.shows(/👩‍👩‍👧/)
})

test('The output of a running job appears as it is printed.', async () => {
  const project = cliProject({
    'tasks/slow.ts': `
      import { existsSync } from 'node:fs'
      export default async () => {
        console.log('first line')
        while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 50))
        console.log('second line')
        while (!existsSync('end')) await new Promise((resolve) => setTimeout(resolve, 50))
      }`,
  })
  await enqueueJob(project, 'slow')
  const worker = project.start(['workers', 'start', '--burst'])
  const terminal = new TmuxTerminal(project, monitor)
  await terminal.shows(/● j1 slow/)
  terminal.press('3', 'l')
  expect(await terminal.shows(/first line/)).not.toContain('second line')
  project.write('go', '')
  await terminal.shows(/second line/)
  project.write('end', '')
  await worker.ended
  await eventually(() => expect(terminal.screen()).toContain('2 lines'))
})

test('metrics --watch draws the table again and again, and gives the terminal back.', async () => {
  const project = await troubled()
  const terminal = new TmuxTerminal(project, 'offstage metrics --watch -n 0.2')
  await terminal.shows(/mail\.send +3 +0 +3/)
  expect(terminal.fact('alternate_on')).toBe('1')
  await enqueueJob(project, 'mail.send', [424], { retries: 0, queue: 'mail' })
  await project.run(['workers', 'start', '--burst', '--queues', 'mail'])
  await terminal.shows(/mail\.send +4 +0 +4/)
  terminal.press('q')
  await terminal.shows(/exit code 0/)
  expectRestored(terminal)
})
