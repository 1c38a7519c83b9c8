import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, expect, test } from 'vitest'
import { isTaskName } from '../../src/domain/names.js'
import { refuseUnknownTarget } from '../../src/domain/notification.js'
import { plainTaskDefaults } from '../../src/domain/request.js'
import { checkSchedules } from '../../src/domain/schedule/sources.js'
import { parseStoreUrl } from '../../src/open.js'
import { readProject } from '../../src/project/config.js'
import { configSchema, type Schema } from '../../src/project/config-schema.js'
import { configSchedules } from '../../src/project/schedules.js'
import { temporaryFolder } from '../support/folder.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const accepts = new Ajv2020({ allowUnionTypes: true, strict: false }).compile(configSchema)
mkdirSync(join(folder.path, '.git'))

/** Whether the program takes a config as a whole, its schedules too. */
async function loads(config: unknown): Promise<boolean> {
  writeFileSync(join(folder.path, 'offstage.config.json'), JSON.stringify(config))
  try {
    const project = await readProject(folder.path)
    if (project === null) return false
    if (project.store !== null) parseStoreUrl(project.store, folder.path)
    const schedules = checkSchedules(
      configSchedules(project),
      (task) => (isTaskName(task) ? plainTaskDefaults : undefined),
      Date.UTC(2026, 10, 29),
    )
    return schedules.every(({ fault }) => fault === null)
  } catch {
    return false
  }
}

const anything = [
  '',
  'a',
  'text',
  '5m',
  '1h30m',
  '0',
  '0s',
  '1.5h',
  '10 s',
  '11s',
  'memory:',
  'sqlite:a.db',
  0,
  1,
  1.5,
  -1,
  101,
  1e9,
  1e14,
]
const others = [true, false, null, [], ['a'], [''], [1], {}, { a: 1 }]
const values: readonly unknown[] = [...anything, ...others]

const every = { task: 'report', every: '1h' }
const withSchedule = (options: object) => ({ schedules: { nightly: options } })
const propertiesOf = (schema: unknown) => Object.keys((schema as Schema).properties as object)
const root = configSchema.properties as Readonly<Record<string, Schema>>
const scheduleOptions = propertiesOf(root.schedules?.additionalProperties)

// What no schema can know: which zones, cron expressions, times and targets there are, and how two values compare.
const beyond = new Set([
  'tz',
  'cron',
  'startAt',
  'at',
  'until',
  'notify',
  'jitter',
  'every',
  'maxLateness',
  'expectSuccessEvery',
])

const samples: readonly unknown[] = [
  ...values,
  ...propertiesOf(configSchema)
    .filter((name) => name !== 'tz')
    .flatMap((name) => values.map((value) => ({ [name]: value }))),
  ...propertiesOf(root.retention).flatMap((name) => values.map((value) => ({ retention: { [name]: value } }))),
  ...scheduleOptions
    .filter((name) => !beyond.has(name))
    .flatMap((name) => values.map((value) => withSchedule({ ...every, [name]: value }))),
  ...values.flatMap((value) => [{ notify: { onFailed: value } }, { notify: { targets: { ops: value } } }]),
  ...values.flatMap((value) => [
    { notify: { onFailed: { command: value } } },
    { notify: { onFailed: { command: ['./tell.sh', value] } } },
    { notify: { onFailed: { url: value } } },
    { notify: { onFailed: { url: 'https://example.org/x', secret: value } } },
    { notify: { onFailed: { url: 'https://example.org/x', timeout: value } } },
  ]),
  ...['shell', 'offstage.notify', 'tell', 'a b'].map((onFailed) => ({ notify: { onFailed } })),
  ...['http://h', 'HTTPS://h/p?q#f', 'https://u:p@h/', 'ftp://h', 'http://', 'https://h:8080/a@b'].map((url) => ({
    notify: { onFailed: { url } },
  })),
  { notify: { targets: { onFailed: 'tell' } } },
  { notify: { onFailed: { command: ['a'], url: 'https://h' } } },
  ...[
    'sqlite:',
    'sqlite:/a/b',
    'sqlite:~/a',
    'sqlite://a',
    'sqlite::memory:',
    'sqlite:a#b',
    'sqlite:a?durability=relaxed',
    'sqlite:a?durability=fast',
    'redis://h',
    'rediss://u:p%40@h:7000,[::1]/1?sentinel=main&prefix=jobs',
    'redis://',
    'redis://:p@',
    'redis://h/one',
    'redis://h#0',
    'redis:h',
    'memory:?',
  ].map((store) => ({ store })),
  ...['a b', '-a', 'a'.repeat(64), 'a'.repeat(65)].map((name) => ({ schedules: { [name]: every } })),
  withSchedule({ task: 'report' }),
  withSchedule({ every: '1h' }),
  withSchedule({ task: 'report', every: '1h', cron: '0 2 * * *' }),
  withSchedule({ task: 'report', cron: '0 2 * * *', tz: 'Europe/Berlin', until: '2030-01-01' }),
  withSchedule({ task: 'report', cron: '0 2 * * *', startAt: '02:00' }),
  withSchedule({ task: 'report', every: '1h', startAt: '02:00' }),
  withSchedule({ task: 'report', at: '2030-01-01T10:00' }),
  withSchedule({ ...every, pirority: 1 }),
  { tz: 'Europe/Berlin' },
  { $schema: 'x', tasks: 'jobs', retention: {}, notify: {}, schedules: {} },
  { retenton: {} },
]

test('What the schema of the config accepts the program takes, and what it refuses the program refuses.', async () => {
  const different: string[] = []
  let accepted = 0
  for (const sample of samples) {
    const bySchema = accepts(sample)
    if (bySchema) accepted++
    if (bySchema !== (await loads(sample)))
      different.push(`${bySchema ? 'schema' : 'program'}: ${JSON.stringify(sample)}`)
  }
  expect(different).toEqual([])
  expect(samples.length).toBeGreaterThan(850)
  expect(accepted).toBeGreaterThan(150)
})

test('What no schema can know is refused by the program alone.', async () => {
  for (const sample of [
    { tz: 'Europe/Berln' },
    withSchedule({ task: 'report', cron: '61 * * * *' }),
    withSchedule({ ...every, jitter: '2h' }),
    { retention: { failed: '101 weeks', completed: '99999w' } },
  ]) {
    expect([accepts(sample), await loads(sample)], JSON.stringify(sample)).toEqual([true, false])
  }
  expect(() => refuseUnknownTarget('ops', new Map(), 'notify')).toThrow('no target "ops"')
})
