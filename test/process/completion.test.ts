import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { cliProject, environment } from '../support/cli.js'
import { onTerminal } from '../support/pty.js'
import { withoutStoreUrl } from '../support/tested-store.js'

const project = cliProject({
  'tasks/email.ts': `throw new Error('a module was loaded')
/** Sends a mail: to $(touch hacked) one. */
export async function send() {}
export const digest = task({}, () => {})
`,
  'tasks/$(touch hacked).ts': 'export function run() {}',
  'colon/tasks/ns:x.mjs': 'export const one = () => console.log("it ran")',
  'other dir/tasks/there.mjs': 'export default () => 1',
})

const isThere = (program: string) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const hasZsh = isThere('zsh')
const hasFish = isThere('fish')
if (!hasZsh || !hasFish) console.log(`completion: skipped ${[hasZsh ? '' : 'zsh', hasFish ? '' : 'fish'].join(' ')}`)

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, exitCode } = await project.run(['completion', shell])
    expect(exitCode).toBe(0)
    project.write(`completion.${shell}`, stdout)
  }
  await project.run(['run', '--queue', 'media', '--detach', '--', 'true'])
  await project.run(['schedule', '--name', 'nightly', '--cron', '0 2 * * *', '--tz', 'UTC', '--', 'true'])
})

/** What bash would put in the place of the word at the end of a line. */
async function inBash(line: string, before = ''): Promise<readonly string[]> {
  // As readline splits it: a word ends at each of COMP_WORDBREAKS too.
  const script = `${before}
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
source completion.bash
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=(offstage '') COMP_CWORD=1
_offstage
printf '%s\\n' "\${COMPREPLY[@]}"`
  project.write('try.bash', script)
  const { stdout, stderr } = await project.shell(`exec bash try.bash ${quoted(line)}`)
  expect(stderr.replace(/.*compopt.*\n/g, '')).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

async function inFish(line: string): Promise<readonly string[]> {
  const script = `source completion.fish; complete -C ${quoted(line)}`
  const { stdout, stderr } = await project.shell(`exec fish --no-config -c ${quoted(script)}`)
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

describe('completion in bash', () => {
  test('It completes commands, flags, values, and names of tasks, queues, schedules and jobs.', async () => {
    expect(await inBash('offstage sta')).toEqual(['status'])
    expect(await inBash('offstage run em')).toEqual(['email.send', 'email.digest'])
    expect(await inBash('offstage run --queue m')).toEqual(['media'])
    expect(await inBash('offstage run --queue=m')).toEqual(['media'])
    expect(await inBash('offstage schedule next ')).toEqual(['nightly'])
    expect(await inBash('offstage jobs show ')).toEqual(['j1'])
    expect(await inBash('offstage --cwd "other dir" run t')).toEqual(['there'])
    expect(await inBash('OFFSTAGE_JSON=1 offstage jobs list --state=fa')).toEqual(['failed'])
  })

  test('A name that holds a command never runs, and is not offered.', async () => {
    expect(await inBash('offstage run ')).toEqual(['email.send', 'email.digest'])
    expect(await inBash('offstage run $(touch hacked)')).toEqual([])
    expect(await inBash('offstage run "$(touch hacked')).toEqual([])
    expect(project.lines('hacked')).toEqual([])
    expect((await project.shell('test -e hacked')).exitCode).toBe(1)
  })

  test('A key press completes the line in a real terminal.', async () => {
    project.write('rc', `PS1='READY> '\nbind 'set bell-style none'\nsource completion.bash\n`)
    const typed = 'offstage queues lis\\t --js\\t\\nexit\\n'
    const { screen } = await onTerminal(project, 'READY> ', typed, ['bash', '--noprofile', '--rcfile', 'rc', '-i'])
    expect(screen).toContain('"name": "media"')
    for (const name of ['"ns:', "'ns:x.o", 'ns\\\\:x.o', 'ns:x']) {
      // Not among the jobs of this project, wherever they are.
      const line = `export OFFSTAGE_STORE=memory:\\noffstage --cwd colon run ${name}\\t\\nexit\\n`
      const ran = await onTerminal(project, 'READY> ', line, ['bash', '--noprofile', '--rcfile', 'rc', '-i'])
      expect(ran.screen, name).toContain('it ran')
    }
  })
})

describe.skipIf(!hasZsh)('completion in zsh', () => {
  test('A key press completes the line, or lists what there is with descriptions.', async () => {
    project.write(
      'zrc/.zshrc',
      `PS1='READY> '\nautoload -U compinit\ncompinit -D\nsource ${project.path('completion.zsh')}\n`,
    )
    const start = ['env', `ZDOTDIR=${project.path('zrc')}`, 'TERM=xterm', 'zsh', '-i']
    const one = await onTerminal(project, 'READY> ', 'offstage queues lis\\t --js\\t\\nexit\\n', start)
    expect(one.screen).toContain('"name": "media"')
    const many = await onTerminal(project, 'READY> ', 'offstage run email.\\t\\x15exit\\n', start)
    expect(many.screen).toMatch(/email\.send +-- Sends a mail: to \$\(touch hacked\) one\./)
    const jobs = await onTerminal(project, 'READY> ', 'offstage jobs show \\t\\nexit\\n', start)
    expect(jobs.screen).toMatch(/j1 +true/)
    expect((await project.shell('test -e hacked')).exitCode).toBe(1)
  })
})

describe.skipIf(!hasFish)('completion in fish', () => {
  test('It completes commands, flags, values, and names, with descriptions.', async () => {
    expect(await inFish('offstage sta')).toEqual([expect.stringMatching(/^status\t/)])
    expect(await inFish('offstage run email.s')).toEqual(['email.send\tSends a mail: to $(touch hacked) one.'])
    expect(await inFish('offstage run --queue m')).toEqual(['media\t1 queued'])
    expect(await inFish('offstage run --queue=m')).toEqual(['--queue=media\t1 queued'])
    expect(await inFish('offstage schedule next ')).toEqual([expect.stringMatching(/^nightly\t/)])
    expect(await inFish("offstage --cwd 'other dir' run t")).toEqual(['there'])
    expect((await project.shell('test -e hacked')).exitCode).toBe(1)
  })
})

describe('the answer to a shell', () => {
  const ask = (args: readonly string[], cwd?: string) =>
    project.run(['__complete', ...args], { env: withoutStoreUrl, ...(cwd === undefined ? {} : { cwd }) })

  test('Nothing is wrong enough to say so: no project, no store, a broken one, no names.', async () => {
    mkdirSync(join(project.base, 'empty'), { recursive: true })
    const empty = join(project.base, 'empty')
    for (const words of [
      ['run', ''],
      ['jobs', 'show', ''],
      ['queues', 'pause', ''],
    ]) {
      expect(await ask(['fish', ...words], empty)).toEqual({ stdout: 'words\n', stderr: '', exitCode: 0 })
    }
    project.write('broken/offstage.config.json', '{ "tasks": ')
    project.write('damaged.db', 'this is no database, and long enough to be looked at')
    const silent = { stdout: '', stderr: '', exitCode: 0 }
    expect(await ask(['fish', '--cwd', project.path('broken'), 'run', ''])).toEqual(silent)
    expect(await ask(['fish', '--store', `sqlite:${project.path('damaged.db')}`, 'status', ''])).toEqual(silent)
    expect(await ask(['fish', '--store', 'redis://x', 'status', ''])).toEqual(silent)
    expect(await ask([])).toMatchObject({ stderr: '', exitCode: 0 })
    expect(await ask(['fish'])).toMatchObject({ stderr: '', exitCode: 0 })
  })

  test('It makes no store, and loads no module.', async () => {
    const { stdout } = await ask(['fish', '--cwd', project.path('other dir'), 'jobs', 'show', ''])
    expect(stdout).toBe('words\n')
    expect((await project.shell('ls -A "other dir"')).stdout).toBe('tasks\n')
  })

  test('A folder that cannot be read has no tasks.', async () => {
    project.write('closed/tasks/a.mjs', 'export default () => 1')
    chmodSync(project.path('closed/tasks/a.mjs'), 0o000)
    const { exitCode, stderr } = await ask(['fish', '--cwd', project.path('closed'), 'run', ''])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    rmSync(project.path('closed'), { recursive: true })
  })

  test('The code that answers is none of the commands.', async () => {
    const { stdout } = await project.shell(
      `NODE_DEBUG=module_timer node --input-type=module -e ${quoted(
        `process.argv.splice(1, 0, 'offstage', '__complete', 'fish', 'run', '')
import { registerHooks } from 'node:module'
registerHooks({ resolve(specifier, context, next) { const found = next(specifier, context); console.error(found.url); return found } })
await import('${new URL('../../dist/src/cli/complete.js', import.meta.url)}').then(({ main }) => main())`,
      )} 2>&1`,
    )
    expect(stdout).toContain('email.send')
    expect(stdout).not.toMatch(/\/cli-\w+\.js|\/work-|\/modules-|tasks\/email/)
  })
})

test('Every shell has its script, and others are refused with those there are.', async () => {
  const { stderr, exitCode } = await project.run(['completion', 'tcsh'])
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/bash.*zsh.*fish/s)
  expect(Object.keys(environment(project))).toContain('PATH')
})
