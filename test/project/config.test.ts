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

  test('A config file counts before the key of package.json.', async () => {
    const both = projectOf({
      'package.json': '{"offstage": {"store": "memory:"}}',
      'offstage.config.json': '{"store": "sqlite:x"}',
    })
    expect((await readProject(both))?.store).toBe('sqlite:x')
  })

  test.each<[string, RegExp, RegExp | null]>([
    ['[]', /offstage\.config\.json: the config is not an object$/, null],
    ['{', /offstage\.config\.json cannot be read: /, null],
    ['{"schedules": {"nightly": "@daily"}}', /schedules is not an object of schedules, such as \{ nightly/, null],
    ['{"tasks": 7}', /offstage\.config\.json: tasks is not a text$/, null],
    ['{"store": ""}', /store is not a text$/, null],
    ['{"redact": [1]}', /redact is not a list of texts$/, null],
    ['{"stores": "x"}', /there is no option "stores"$/, /did you mean "store"\?/],
    [
      '{"concurrency": 5}',
      /there is no option "concurrency"$/,
      /known are tasks, store, retention, notify, schedules, redact/,
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
