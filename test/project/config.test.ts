import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readProject } from '../../src/project/config.js'
import { temporaryFolder } from '../support/folder.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())
let count = 0

function projectOf(files: Readonly<Record<string, string>>): string {
  const root = join(folder.path, String(++count))
  for (const [file, content] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), content)
  }
  return root
}
const readJson = (config: string) => readProject(projectOf({ 'offstage.config.json': config }))

describe('the config of a project', () => {
  test('What it leaves out has a default; a tasks folder alone is a project.', async () => {
    const root = projectOf({ 'tasks/a.ts': '' })
    expect(await readProject(root)).toEqual({
      root,
      tasksFolder: join(root, 'tasks'),
      store: null,
      redact: [],
      tz: 'UTC',
      retention: {
        completedMs: 86_400_000,
        failedMs: 30 * 86_400_000,
        most: 1_000_000,
        statisticsMs: 90 * 86_400_000,
        slotsMs: 90 * 86_400_000,
      },
      targets: new Map(),
      schedules: {},
    })
    const kept = await readJson(
      '{"retention": {"completed": "10m", "failed": false, "most": 5, "statistics": 1000, "slots": "2d"}}',
    )
    expect(kept?.retention).toEqual({
      completedMs: 600_000,
      failedMs: null,
      most: 5,
      statisticsMs: 1_000,
      slotsMs: 2 * 86_400_000,
    })
    const config = await readJson('{"tasks": "src/jobs", "store": "memory:", "redact": ["pin"]}')
    expect(config).toMatchObject({
      tasksFolder: expect.stringMatching(/src\/jobs$/),
      store: 'memory:',
      redact: ['pin'],
    })
  })

  test('Without config, key and tasks folder there is none, up to the git root.', async () => {
    expect(await readProject(projectOf({ 'package.json': '{"name": "x"}', 'src/a.ts': '' }))).toBeNull()
  })

  test('A config in JSON may have comments and $schema; what looks like a comment in a text is text.', async () => {
    const config = await readJson(`// the first line
{
  /* a block
     of lines */ "$schema": "https://example.org/a//b/*c*/.json", // a URL
  "tasks": "a//b", "redact": ["/*", "\\"//", "*/"]
}
// the last line`)
    expect(config).toMatchObject({ tasksFolder: expect.stringMatching(/a\/b$/), redact: ['/*', '"//', '*/'] })
    await expect(readJson('{\n  // a comment\n  "tasks": oops\n}')).rejects.toThrow(/oops/)
    for (const needless of [
      '{\n  "tasks": "a,]", // the only one\n  "redact": ["x"],\n}',
      '{\n\n  "redact": ["x" ,]}',
    ]) {
      await expect(readJson(needless)).rejects.toThrow(/the comma at line 3, column 18 has nothing after it: remove it/)
    }
  })

  test('Under "offstage" in package.json numbers are exact; what others have there is theirs.', async () => {
    const inPackage = (text: string) => readProject(projectOf({ 'package.json': text }))
    expect(await inPackage('{"build": 12345678901234567890, "offstage": {"store": "memory:"}}')).toMatchObject({
      store: 'memory:',
    })
    await expect(inPackage('{"build": 1e400, "offstage": {"schedules": {"a": {"args": [1e400]}}}}')).rejects.toThrow(
      /package\.json: offstage\.schedules\.a\.args\[0\]: the number 1e400 would be rounded/,
    )
    await expect(inPackage('{"offstage": {}, // a comment\n}')).rejects.toThrow(/package\.json cannot be read/)
  })

  test('Two configs are refused: one of them would not be read.', async () => {
    for (const [second, name] of [
      [{ 'package.json': '{"offstage": {"store": "memory:"}}' }, 'the key "offstage" of package.json'],
      [{ 'offstage.config.mjs': 'export default {}' }, 'offstage.config.json'],
    ] as const) {
      const root = projectOf({ 'offstage.config.json': '{"store": "sqlite:x"}', ...second })
      await expect(readProject(root)).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: expect.stringContaining(`${root} has 2 configs: offstage.config.`),
        hint: 'keep one of them',
      })
      await expect(readProject(root)).rejects.toThrow(name)
    }
  })

  test('A mistake in a JSON config is named with its line and column, behind comments and in what is nested.', async () => {
    for (const [config, place] of [
      ['{\n  // "retenton": 1\n  "tasks": "a",\n  "retenton": {}\n}', ':4:3: config: there is no option "retenton"'],
      ['{ "most": 1 }', ':1:3: config: there is no option "most"'],
      [
        '{\n"schedules": {"a": {"task": "most"}},\n"retention": {\n  "most": 1, "mist": 2\n}}',
        ':4:14: retention: there is no option "mist"',
      ],
      ['{"retention": {\n "failed": "soon"}}', ':2:2: retention.failed: "soon" is not a duration'],
      ['{"notify": {"targets": {\n  "ops": {"url": "ftp://x"}}}}', ':2:11: notify.targets.ops.url is no http'],
      ['{"notify": {"targets": {"ops": {\n"url": "ftp://x"}}}}', ':2:1: notify.targets.ops.url is no http'],
      ['{\n\n"tz": "Europe/Berln"}', ':3:1: tz: "Europe/Berln" is no time zone'],
      ['{"a\\"b": 1}', ':1:2: config: there is no option "a\\"b"'],
    ] as const) {
      await expect(readJson(config), config).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: expect.stringContaining(`offstage.config.json${place}`),
      })
    }
  })

  test('The zone of schedules is UTC unless the config has one, whatever the machine is set to.', async () => {
    expect((await readJson('{}'))?.tz).toBe('UTC')
    expect((await readJson('{"tz": "Europe/Berlin"}'))?.tz).toBe('Europe/Berlin')
  })

  test.each<[string, RegExp, RegExp | null]>([
    ['[]', /offstage\.config\.json: the config is not an object$/, null],
    ['{', /offstage\.config\.json cannot be read: /, null],
    ['{"schedules": {"nightly": "@daily"}}', /schedules is not an object of schedules, such as \{ nightly/, null],
    ['{"tasks": 7}', /offstage\.config\.json:1:2: tasks is not a text$/, null],
    ['{"store": ""}', /store is not a text$/, null],
    ['{"redact": [1]}', /redact is not a list of texts$/, null],
    ['{"stores": "x"}', /there is no option "stores"$/, /did you mean "store"\?/],
    [
      '{"concurrency": 5}',
      /there is no option "concurrency"$/,
      /known are tasks, store, tz, retention, notify, schedules, redact/,
    ],
    ['{"retention": []}', /retention is not an object$/, null],
    ['{"retention": {"complete": 1}}', /retention: there is no option "complete"$/, /did you mean "completed"\?/],
    ['{"retention": {"age": 1}}', /retention: there is no option "age"$/, /known are completed, failed, most/],
    [
      '{"schedules": {"a": {"args": [1, {"id": 12345678901234567890}]}}}',
      /json: schedules\.a\.args\[1\]\.id: the number 12345678901234567890 would be rounded$/,
      /in quotes/,
    ],
    ['{"$schema": 1}', /\$schema is not a text$/, null],
    ['{"a" /* "b" */: 1', /cannot be read: /, null],
    ['{"store": "memory:" /* no end }', /cannot be read: /, null],
    ['{"retention": {"failed": "soon"}}', /retention\.failed: "soon" is not a duration$/, /write milliseconds/],
    ['{"retention": {"most": 0}}', /retention\.most: 0 is not a whole number/, null],
    ['{"constructor": 5}', /there is no option "constructor"$/, /known are/],
  ])('%s is refused by file and setting.', async (config, message, hint) => {
    const refusal = {
      name: 'ProjectError',
      code: 'E_CONFIG',
      message: expect.stringMatching(message),
      hint: hint === null ? null : expect.stringMatching(hint),
    }
    await expect(readJson(config)).rejects.toThrow(expect.objectContaining(refusal))
  })
})
