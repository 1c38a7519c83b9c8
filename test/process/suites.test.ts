import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SuiteJson } from '../../src/views/suite.js'
import { cliProject } from '../support/cli.js'
import { keysOf, shapes } from '../support/shapes.js'
import { jobsOf } from '../support/store.js'
import { drivesTerminal } from '../support/terminal.js'

const tasks = {
  'tasks/smoke.mjs': `import { setTimeout } from 'node:timers/promises'
import { currentJob, task } from 'offstage'
export function db(...args) { console.log('looking at the database'); console.error('on stderr'); if (args.length > 0) throw new Error('arguments') }
export function mail() { throw new TypeError('no <route> & "host"\\n\\u001b[31m\\0ok smoke.db 1 ms') }
export const slow = task({ timeout: 100 }, () => setTimeout(60_000, null, { signal: currentJob().signal }))
export const again = task({ retry: { maxRetries: 1, initialDelay: 300 } }, () => {
  console.log('attempt', currentJob().attempt)
  if (currentJob().attempt === 1) throw new Error('not yet')
})
`,
  'tasks/other.mjs': `import { setTimeout } from 'node:timers/promises'
import { currentJob, task } from 'offstage'
const validate = (value) => typeof value?.a === 'number' ? { value } : { issues: [{ message: 'expected a number', path: ['a'] }] }
export const checked = task({ schema: { '~standard': { version: 1, vendor: 'test', validate } } }, ({ a }) => a)
export const secret = ({ password }) => { throw new Error('cannot log in with ' + password) }
export const add = (a, b) => a + b
`,
  'tasks/wait.mjs': `import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
export function a() {}
export async function b() { console.log('begun'); await setTimeout(60_000, null, { signal: currentJob().signal }) }
`,
}

interface Report {
  readonly suite: Readonly<Record<string, string>>
  /** Each with its problem: the tag, its attributes and its text. */
  readonly cases: Readonly<
    Record<string, readonly [tag: string, attributes: Record<string, string>, text: string] | null>
  >
  /** What each case says beside its problem. */
  readonly facts: Readonly<Record<string, CaseFacts>>
}

interface CaseFacts {
  readonly attributes: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly out: string | null
  readonly err: string | null
}

// A parser that is not ours says what is in the file.
const reading = `import json, sys, xml.dom.minidom as m
suite = m.parse(sys.argv[1]).documentElement
def case(c):
    found = [(n.tagName, dict(n.attributes.items()), ''.join(t.data for t in n.childNodes)) for n in c.childNodes if n.nodeName in ('failure', 'error')]
    return found[0] if found else None
def text(c, name):
    found = c.getElementsByTagName(name)
    return ''.join(t.data for t in found[0].childNodes) if found else None
def facts(c):
    properties = {p.getAttribute('name'): p.getAttribute('value') for p in c.getElementsByTagName('property')}
    return {'attributes': dict(c.attributes.items()), 'properties': properties, 'out': text(c, 'system-out'), 'err': text(c, 'system-err')}
print(json.dumps({'suite': dict(suite.attributes.items()), 'cases': {c.getAttribute('name'): case(c) for c in suite.getElementsByTagName('testcase')}, 'facts': {c.getAttribute('name'): facts(c) for c in suite.getElementsByTagName('testcase')}}))`
const read = (file: string) =>
  JSON.parse(execFileSync('python3', ['-c', reading, file], { encoding: 'utf8' })) as Report

describe.concurrent('suites', () => {
  test('All tasks that the glob matches run once; what failed is told with its stack, summed up and reported.', async () => {
    const project = cliProject(tasks)
    const run = await project.run(['run', 'smoke.*', '--junit', 'report.xml', '--retries', '1'])
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toMatch(
      /^JOB +TASK +STATE +TIME +ERROR\nj1 +smoke\.again +completed +\d+ ms\nj2 +smoke\.db +completed +\d+ ms\n/,
    )
    expect(run.stdout).toMatch(/^j4 +smoke\.slow +failed \(timeout\) +[\d.]+ m?s +TimeoutError: /m)
    expect(run.stdout).toMatch(/\n\n2 passed, 2 failed in [\d.]+ m?s\n$/)
    expect(run.stderr).toMatch(/^ok j2 smoke\.db \d+ ms$/m)
    expect(run.stderr).toContain('looking at the database\n')
    // Nothing of an error can pass for a line of the suite, or drive a terminal.
    expect(run.stderr).toMatch(
      /^FAILED j3 smoke\.mail [\d.]+ m?s: TypeError: no <route> & "host"\n {2}\S*ok smoke\.db 1 ms\n +at mail \(.*smoke\.mjs:4/m,
    )
    expect(drivesTerminal(run.stderr)).toBeNull()
    expect(run.stderr).toMatch(/^j\d+ smoke\.again attempt 1: Error: not yet; again in 300ms$/m)
    expect((await jobsOf(project)).map(({ task, args }) => [task, args])).toEqual(
      ['again', 'db', 'mail', 'slow'].map((name) => [`smoke.${name}`, []]),
    )

    const { suite, cases, facts } = read(project.path('report.xml'))
    expect(suite).toMatchObject({ name: 'smoke.*', tests: '4', failures: '1', errors: '1', skipped: '0' })
    expect(cases).toMatchObject({
      'smoke.again': null,
      'smoke.db': null,
      'smoke.mail': [
        'failure',
        { type: 'TypeError', message: 'no <route> & "host"\n\ufffd[31m\ufffdok smoke.db 1 ms' },
        expect.stringContaining('smoke.mjs:4'),
      ],
      'smoke.slow': ['error', { type: 'timeout' }, expect.stringContaining('TimeoutError')],
    })
    expect(facts).toMatchObject({
      'smoke.again': { properties: { job: 'j1', attempts: '2' }, out: 'attempt 1\nattempt 2\n', err: null },
      'smoke.db': {
        attributes: { file: 'tasks/smoke.mjs' },
        properties: { job: 'j2', attempts: '1' },
        out: 'looking at the database\n',
        err: 'on stderr\n',
      },
    })
    // The waits between attempts are time of the task too.
    expect(Number(facts['smoke.again']?.attributes.time)).toBeGreaterThan(0.3)
  })

  test('Exit code 0 if all completed; --json has the jobs, --detach prints one id a task.', async () => {
    const project = cliProject(tasks)
    const good = await project.run(['run', 'wait.?', '--store', 'memory:', '--timeout', '50ms', '--json'])
    const suite = JSON.parse(good.stdout) as SuiteJson
    expect(suite).toMatchObject({ passed: 1, failed: 1, faults: [], durationMs: expect.any(Number) })
    expect(suite.items.map(keysOf)).toEqual([shapes.job, shapes.job])
    expect(suite.items.map(({ task, timeoutMs }) => [task, timeoutMs])).toEqual([
      ['wait.a', 50],
      ['wait.b', 50],
    ])
    expect((await project.run(['run', '*.a'])).exitCode).toBe(0)

    const detached = await project.run(['run', 'smoke.*', '--detach', '--queue', 'q'])
    expect(detached).toEqual({ stdout: 'j2\nj3\nj4\nj5\n', stderr: '', exitCode: 0 })
    expect(await project.json(['run', 'smoke.*', '--delay', '1h'])).toEqual({
      enqueued: 4,
      duplicates: 0,
      ids: ['j6', 'j7', 'j8', 'j9'],
    })
    const queues = (await jobsOf(project)).map(({ queue, state }) => `${queue} ${state}`)
    expect(queues).toEqual(['default completed', ...Array(4).fill('q queued'), ...Array(4).fill('default scheduled')])
  })

  test('What does not go with a glob is refused, and so is a report that cannot be written: nothing is stored.', async () => {
    const project = cliProject({ ...tasks, 'lines.jsonl': '1\n' })
    const beside = [
      ['smoke.*', 'one'],
      ['smoke.*', 'a=1'],
      ['smoke.*', '--data', '{}'],
      ['smoke.*', '--each', 'lines.jsonl'],
      ['smoke.*', '--wait'],
      ['smoke.*', '--key', 'k'],
      ['smoke.*', '--detach', '--junit', 'report.xml'],
      ['smoke.*', '--timeout', 'soon'],
      ['other.add', '--each', 'lines.jsonl', '--junit', 'report.xml'],
      ['other.add', '--wait', '--junit', 'report.xml'],
      ['other.add', '--delay', '1h', '--junit', 'report.xml'],
      ['other.add', '--key', 'k', '--junit', 'report.xml'],
      ['smoke.*', '--junit', 'nowhere/report.xml'],
      ['smoke.*', '--junit', 'tasks'],
    ]
    const refused = await Promise.all(beside.map((words) => project.run(['run', ...words])))
    expect(refused.map(({ exitCode }) => exitCode)).toEqual(beside.map(() => 2))
    for (const { stdout, stderr } of refused) expect([stdout, stderr.split('\n').length]).toEqual(['', 3])

    // Arguments are checked before one of them runs.
    const needs = await project.run(['run', 'other.*'])
    expect(needs).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('other.checked: ') })
    const none = await project.run(['run', 'smok.*'])
    expect(none).toEqual({
      stdout: '',
      stderr: 'error: no task matches smok.*\n  see "offstage tasks" for those there are\n',
      exitCode: 2,
    })
    expect(existsSync(project.path('.offstage'))).toBe(false)
    expect(existsSync(project.path('report.xml'))).toBe(false)
  })

  test('With --junit one task is a suite of one, and takes arguments; secrets are masked in the report.', async () => {
    const project = cliProject(tasks)
    const good = await project.run(['run', 'other.add', '1', '2', '--junit', 'good.xml'])
    expect(good).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('\n1 passed, 0 failed in ') })
    expect(read(project.path('good.xml'))).toMatchObject({
      suite: { name: 'other.add', tests: '1', failures: '0' },
      cases: { 'other.add': null },
    })

    const secret = ['run', 'other.secret', 'password=hunter22', '--retries', '0', '--junit', 'secret.xml']
    const run = await project.run(secret)
    expect(run.exitCode).toBe(1)
    expect(read(project.path('secret.xml')).cases).toMatchObject({
      'other.secret': ['failure', { type: 'Error', message: 'cannot log in with ***' }, expect.any(String)],
    })
    expect(run.stdout + run.stderr + project.read('secret.xml')).not.toContain('hunter22')
  })

  test('Ctrl-C cancels what runs: exit code 130, and there is a summary and a report.', async () => {
    const project = cliProject(tasks)
    const run = project.start(['run', 'wait.*', '--junit', 'report.xml'])
    await run.says(/begun[\s\S]*^ok j1 wait\.a|^ok j1 wait\.a[\s\S]*begun/m)
    run.signal('SIGINT')
    const { exitCode, stdout, stderr } = await run.ended
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(/^CANCELLED j2 wait\.b [\d.]+ m?s$/m)
    expect(stdout).toMatch(/^j2 +wait\.b +cancelled .*\n\n1 passed, 1 failed in /m)
    expect(read(project.path('report.xml')).cases).toMatchObject({
      'wait.a': null,
      'wait.b': ['error', { type: 'cancelled', message: 'cancelled' }, ''],
    })
  })

  test('A faulty module fails the suite and is a case of its own; a report that cannot be written in the end fails it too.', async () => {
    const project = cliProject({
      'tasks/good.mjs': `import { rmSync } from 'node:fs'
export default () => 1
export const removes = () => rmSync('reports', { recursive: true })
`,
      'tasks/good/broken.ts': "throw new Error('no database')\n",
      'reports/.keep': '',
    })
    const run = await project.run(['run', 'goo?', '--junit', 'report.xml'])
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toMatch(/^faulty module: .*broken\.ts:1: no database\nok j1 good \d+ ms\n$/)
    expect(run.stdout).toMatch(/^ +tasks\/good\/broken\.ts +faulty .*no database\n\n1 passed, 1 failed in /m)
    expect(read(project.path('report.xml'))).toMatchObject({
      suite: { tests: '2', failures: '0', errors: '1' },
      cases: { good: null, 'tasks/good/broken.ts': ['error', { message: expect.stringContaining('no database') }, ''] },
    })
    const json = await project.json<SuiteJson>(['run', 'goo?'])
    expect(json).toMatchObject({ passed: 1, failed: 1, faults: [{ file: project.path('tasks/good/broken.ts') }] })

    const { stderr, stdout, exitCode } = await project.run(['run', 'good.r*', '--junit', 'reports/x.xml'])
    expect([exitCode, stdout.split('\n')[1]]).toEqual([1, expect.stringMatching(/^j\d+ +good\.removes +completed /)])
    expect(stderr).toContain('--junit: reports/x.xml could not be written: ENOENT')
  })

  test('A report of an earlier run does not stay, whatever refuses or ends this one.', async () => {
    const project = cliProject(tasks)
    const refused = [
      ['nothing.*'],
      ['smoke.*', 'argument'],
      ['smoke.*', '--timeout', 'soon'],
      ['other.*'], // one of them refuses to run without arguments
      ['wait.*', '--store', 'sqlite:/dev/null/jobs.db'],
    ]
    for (const [index, words] of refused.entries()) {
      const report = project.write(`${index}.xml`, '<testsuite tests="1" failures="0"/>')
      const { exitCode } = await project.run(['run', ...words, '--junit', report])
      expect([words, exitCode === 0, existsSync(report)]).toEqual([words, false, false])
    }
    const report = project.write('killed.xml', '<testsuite tests="1" failures="0"/>')
    const run = project.start(['run', 'wait.*', '--junit', report])
    await run.says(/begun/)
    run.signal('SIGKILL')
    await run.ended
    expect(existsSync(report)).toBe(false)
  })
})
