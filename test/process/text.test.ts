import { readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'

const echo = { 'tasks/echo.mjs': 'export default (...args) => args\n' }
const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))))

describe.concurrent('text from outside', () => {
  test('What is not UTF-8 is refused wherever it enters, and nothing is stored.', async () => {
    const project = cliProject(echo)
    writeFileSync(project.path('bad.jsonl'), bytes('{"a":1}\n{"a":"', 0xff, '"}\n'))
    writeFileSync(project.path('bad.json'), bytes('{"a":"', 0xe4, '"}'))
    const lines = [
      'offstage run echo --each bad.jsonl --detach',
      'offstage run echo --each - --detach < bad.jsonl',
      'offstage run echo --data @bad.json --detach',
      'offstage run echo --data - --detach < bad.json',
      'offstage run echo name=@bad.json --detach',
      'offstage run echo "$(printf \'caf\\351\')" --detach',
      'offstage run --detach -- echo "$(printf \'caf\\351\')"',
      'offstage schedule echo "$(printf \'caf\\351\')" --in 1h',
      'offstage schedule echo --data @bad.json --in 1h',
      'offstage schedule echo --in 1h --data - < bad.json',
      'offstage schedule echo --in 1h name=@bad.json',
      'OFFSTAGE_STORE="sqlite:$(printf \'caf\\351\').db" offstage run echo --detach',
      'OFFSTAGE_QUEUE="$(printf \'\\351\')" offstage status --store memory:',
    ]
    for (const line of lines) {
      const refused = await project.shell(line)
      expect([line, refused.exitCode, refused.stderr]).toEqual([line, 2, expect.stringContaining('is not UTF-8')])
    }
    expect((await project.shell(lines[0] ?? '')).stderr).toContain('bad.jsonl is not UTF-8 (line 2)')
    expect(await project.json(['jobs', 'list'])).toEqual({ items: [], next: null })
    const foreign = await project.shell(
      'OTHER="$(printf \'\\351\')" OFFSTAGE_STORE=sqlite:$(printf "\\357\\277\\275").db offstage status',
    )
    expect(foreign).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^there is no store at \S+\.db yet/) })
  })

  test('A real U+FFFD is a character like any other.', async () => {
    const project = cliProject(echo)
    expect((await project.run(['run', 'echo', 'a\ufffd'])).stdout).toBe('["a\ufffd"]\n')
    const printed = await project.run(['run', '--json', '--', 'printf', '%s', '"a\ufffd"'])
    expect(JSON.parse(printed.stdout)).toMatchObject({ state: 'completed', result: 'a\ufffd' })
    const logged = await project.run(['run', '--json', '--', 'printf', 'caf\\351\\n"\\303\\251"'])
    expect(JSON.parse(logged.stdout)).toMatchObject({ state: 'completed', result: 'é' })
  })

  test('One BOM at the start is dropped: JSON, JSON lines, text, the config and package.json.', async () => {
    const project = cliProject({
      ...echo,
      'offstage.config.json': '\ufeff{ "tasks": "tasks" }\n',
      'lines.jsonl': '\ufeff1\n2\n',
      'object.json': '\ufeff{"a":1}',
      'text.txt': '\ufeffhello',
    })
    expect((await project.run(['run', 'echo', '--each', 'lines.jsonl'])).stdout).toBe('[1]\n[2]\n')
    expect((await project.run(['run', 'echo', '--data', '@object.json'])).stdout).toBe('[{"a":1}]\n')
    expect((await project.run(['run', 'echo', 'text=@text.txt'])).stdout).toBe('[{"text":"hello"}]\n')
    const inPackage = cliProject({
      'src/echo.mjs': echo['tasks/echo.mjs'],
      'package.json': '\ufeff{"offstage":{"tasks":"src"}}',
    })
    expect((await inPackage.run(['run', 'echo', '1'])).stdout).toBe('[1]\n')
  })

  test('A number that JavaScript would round stays text, or is refused where it is JSON.', async () => {
    const project = cliProject(echo)
    expect((await project.run(['run', 'echo', '12345678901234567890', '1.0'])).stdout).toBe(
      '["12345678901234567890","1.0"]\n',
    )
    for (const args of [['a:=1234567890123456789.0'], ['--data', '{"a":[12345678901234567890]}']]) {
      const refused = await project.run(['run', 'echo', ...args])
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('would be rounded') })
    }
    const refused = await project.run(['run', 'echo', '--each', '-'], { input: '1\n{"a":{"b":[0,1e400]}}\n' })
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('line 2: the line: a.b[1]: the number 1e400 would be rounded'),
    })
  })

  test.each([
    ['12345678901234567890', '12345678901234567890'],
    ['{"id": 12345678901234567890}', '{"id": 12345678901234567890}'],
    ['1.10', '1.10'],
    ['007', null],
    [' -12.5 ', -12.5],
    ['{"v": 1.10}', { v: 1.1 }],
  ])('A program that prints %j has the result %j.', async (line, result) => {
    const { stdout } = await cliProject(echo).run(['run', '--json', '--', 'printf', '%s\\n', line])
    expect(JSON.parse(stdout)).toMatchObject({ state: 'completed', result })
  })

  test('A result of a program that JSON cannot carry fails the job without a retry.', async () => {
    const deep = `${'['.repeat(201)}${']'.repeat(201)}`
    for (const [line, message] of [
      ['{"a":"\\\\ud800"}', 'result.a has half of a surrogate pair'],
      [deep, 'is nested deeper than 200 levels'],
      ['{"a":"caf\\351"}', 'the result is not UTF-8'],
    ]) {
      const args = ['run', '--json', '--retries', '3', '--', 'printf', line ?? '']
      expect(JSON.parse((await cliProject(echo).run(args)).stdout)).toMatchObject({
        state: 'failed',
        attempt: 1,
        error: { name: 'CommandError', message: expect.stringContaining(message ?? '') },
      })
    }
  })

  test('A config in code that JSON cannot carry is refused with the path.', async () => {
    for (const [value, what] of [
      ['1n', 'a BigInt'],
      ['NaN', 'NaN'],
      ['new Map()', 'a Map'],
    ]) {
      const project = cliProject({
        ...echo,
        'offstage.config.mjs': `export default { schedules: { a: { task: 'echo', cron: '@daily', args: [{ b: ${value} }] } } }\n`,
      })
      const { exitCode, stderr } = await project.run(['tasks'])
      expect(exitCode).toBe(2)
      expect(stderr).toContain(`offstage.config.mjs: schedules.a.args[0].b is ${what}, which JSON cannot carry`)
    }
  })

  test('Errors in arguments and results keep their name and message.', async () => {
    const project = cliProject({
      'tasks/settle.mjs': `export default () => Promise.allSettled([1, Promise.reject(new RangeError('no'))])
export const hidden = () => ({ money: new (class Money { #cents = 1 })() })
`,
    })
    expect(JSON.parse((await project.run(['run', 'settle'])).stdout)).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { name: 'RangeError', message: 'no' } },
    ])
    const refused = await project.run(['run', 'settle.hidden', '--json'])
    expect(JSON.parse(refused.stdout)).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { message: expect.stringContaining('money is a Money without properties') },
    })
  })

  test('An input that does not end is refused, as a file, a pipe or stdin, and nothing is stored.', async () => {
    const project = cliProject(echo)
    const lines = [
      'offstage run echo name=@/dev/zero --detach',
      'offstage run echo --data @/dev/urandom --detach',
      'yes | offstage run echo --data - --detach',
      'mkfifo endless; yes > endless & offstage run echo name=@endless --detach',
      'yes | offstage schedule echo --in 1h --data -',
      'offstage schedule echo --in 1h name=@/dev/zero',
      'offstage run echo --each /dev/zero --detach',
      'yes | offstage run echo --each - --detach',
    ]
    for (const line of lines) {
      const { exitCode, stdout, stderr } = await project.shell(line)
      expect({ line, exitCode, stdout, stderr }).toEqual({
        line,
        exitCode: 2,
        stdout: '',
        stderr: expect.stringMatching(/^error: .* has more than (?:16|256) MB; nothing was stored\n {2}pass a path/),
      })
    }
    expect(await project.json(['jobs', 'list'])).toEqual({ items: [], next: null })
  })

  test('A pipe that nobody writes to holds no signal up.', async () => {
    const project = cliProject(echo)
    await project.shell('mkfifo lonely')
    const run = project.start(['run', 'echo', '--each', 'lonely'])
    const descriptors = `/proc/${run.pid}/fd`
    await eventually(() => {
      const open = readdirSync(descriptors).map((name) => readlinkSync(join(descriptors, name)))
      expect(open).toContain(project.path('lonely'))
    })
    run.signal('SIGTERM')
    expect(await run.ended).toMatchObject({ exitCode: expect.toBeOneOf([130, 143]), stdout: '' })
  })

  test('A pipe among the task modules, or in the place of the config, holds nobody up.', async () => {
    const project = cliProject(echo)
    await project.shell('mkfifo tasks/pipe.ts tasks/pipe.sh tasks/noname offstage.config.ts package.json tsconfig.json')
    const { exitCode, stdout, stderr } = await project.run(['tasks'])
    expect(exitCode).toBe(1)
    expect(stdout).toContain('echo')
    expect(stderr).toMatch(
      /^faulty module: .*tasks\/pipe\.ts: is no file, but a pipe, a socket or a device; remove it\n$/,
    )
    expect(await project.run(['run', 'echo', '1'])).toMatchObject({ exitCode: 0, stdout: '[1]\n' })
  })
})
