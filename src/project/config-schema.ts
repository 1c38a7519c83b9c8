import { durationPattern, maxDurationMs } from '../domain/duration.js'
import { priorityRange } from '../domain/job.js'
import { placePattern, taskPattern } from '../domain/names.js'
import type { NotifyCommand, NotifyOptions, NotifyUrl } from '../domain/notification.js'
import type { RetentionPolicy } from '../domain/retention.js'
import { mostRetries } from '../domain/retry.js'
import type { ConfigSchedule } from '../domain/schedule/options.js'
import { catchUps, overlaps } from '../domain/schedule/schedule.js'
import type { OffstageConfig } from './config.js'

/** As JSON Schema has it, as far as the schema of the config uses it. */
export interface Schema {
  readonly type?: 'string' | 'number' | 'integer' | 'array' | 'object'
  readonly description?: string
  readonly default?: unknown
  readonly [keyword: string]: unknown
}

// A new option does not compile until it has a place here.
type Properties<Options> = Readonly<Record<keyof Options, Schema>>

const object = <Options>(properties: Properties<Options>, more: Schema = {}): Schema => ({
  type: 'object',
  additionalProperties: false,
  ...more,
  properties,
})
const text: Schema = { type: 'string', minLength: 1 }
const duration: Schema = {
  anyOf: [
    { type: 'number', minimum: 0, maximum: maxDurationMs },
    { type: 'string', pattern: durationPattern.source },
  ],
}
const described = (schema: Schema, description: string, otherwise?: unknown): Schema => ({
  ...schema,
  description,
  ...(otherwise === undefined ? {} : { default: otherwise }),
})
const orFalse = (schema: Schema): Schema => ({ anyOf: [schema, { const: false }] })
/** Not 0, as a number or a text. */
const positive: Schema = {
  ...duration,
  not: { anyOf: [{ const: 0 }, { type: 'string', pattern: '^0+(\\.0*)?\\s?[a-z]*$' }] },
}

const retention = object<RetentionPolicy>({
  completed: described(orFalse(duration), 'How long completed and cancelled jobs are kept; false: for ever', '24h'),
  failed: described(orFalse(duration), 'How long failed jobs are kept; false: for ever', '30d'),
  most: described(
    { type: 'integer', minimum: 1, maximum: 1e9 },
    'The most jobs of each of these states, and the most slots. Over it the lowest ids go, but none that ended within the last hour',
    1_000_000,
  ),
  statistics: described(orFalse(duration), 'How long the statistics of each minute are kept; false: for ever', '90d'),
  slots: described(orFalse(duration), 'How long it is kept what became of slots; false: for ever', '90d'),
})

const command = object<NotifyCommand>(
  {
    command: described(
      { type: 'array', minItems: 1, items: { type: 'string' }, prefixItems: [text] },
      'A program with its arguments; the notification is on its stdin, as JSON',
    ),
  },
  { required: ['command'] },
)
const url = object<NotifyUrl>(
  {
    url: described(
      { type: 'string', pattern: '^[hH][tT][tT][pP][sS]?://[^/@?#\\s]+([/?#].*)?$' },
      'Gets a POST with the notification as JSON',
    ),
    secret: described(text, 'Signs the body: X-Offstage-Signature: sha256=HMAC'),
    timeout: described(
      {
        anyOf: [
          { type: 'number', minimum: 1, maximum: 10_000 },
          {
            type: 'string',
            pattern: '^(?!0+(\\.0+)?\\s?[a-z]*$)((\\d{1,4}|10000)\\s?(ms)?|(\\d(\\.\\d+)?|10)\\s?(s|sec|secs))$',
          },
        ],
      },
      'How long the receiver may take, 10s at most',
      '10s',
    ),
  },
  { required: ['url'] },
)
const target: Schema = {
  anyOf: [{ type: 'string', pattern: taskPattern.source, not: { enum: ['shell', 'offstage.notify'] } }, command, url],
}
const notify = object<NotifyOptions>({
  onFailed: described(target, 'Who gets each final failure: a task, a command or a URL'),
  targets: described(
    { type: 'object', additionalProperties: target, propertyNames: { not: { const: 'onFailed' } } },
    'Others, by the names that schedules use',
  ),
})

const schedule = object<ConfigSchedule>(
  {
    task: described({ type: 'string', pattern: taskPattern.source }, 'The task that it runs'),
    cron: described({ type: 'string' }, 'Five fields, or six with seconds first, or @daily and the like'),
    every: described(duration, 'An interval of fixed length, at least a second'),
    startAt: described({ type: 'string' }, 'What the interval is counted from: ISO 8601, or HH:MM'),
    at: described({ type: 'string' }, 'Once, at this time: ISO 8601'),
    tz: described({ type: 'string' }, 'The zone of its times. Default: the tz of the config'),
    args: described({ type: 'array' }, 'The arguments of each job, in call order', []),
    catchUp: described({ enum: catchUps }, 'What becomes of times that came while no scheduler was at work', 'latest'),
    maxLateness: described(duration, 'A time that is later than this is not made up for; at least a second'),
    overlap: described(
      { enum: overlaps },
      'What becomes of a time while the job of an earlier one has not ended',
      'skip',
    ),
    jitter: described(duration, 'Each time is put off by up to this long, always by the same', 0),
    until: described({ type: 'string' }, 'No time after this one: ISO 8601'),
    limit: described({ type: 'integer', minimum: 1 }, 'How often it fires at most'),
    expectSuccessEvery: described(duration, 'health is degraded when its last success is longer ago than this'),
    notify: described(orFalse(text), 'The target that gets its failures; false: none does', 'onFailed'),
    queue: described(
      { type: 'string', pattern: placePattern.source },
      'The queue of its jobs. Default: as the task has it',
    ),
    priority: described(
      { type: 'integer', minimum: priorityRange.lowest, maximum: priorityRange.highest },
      'Higher comes first. Default: as the task has it',
    ),
    retries: described(
      { type: 'integer', minimum: 0, maximum: mostRetries },
      'How many failures are tried again. Default: as the task has it',
    ),
    timeout: described(orFalse(positive), 'The limit of an attempt; false: none. Default: as the task has it'),
    expires: described(positive, 'A job that has not started for this long fails'),
  },
  {
    required: ['task'],
    oneOf: [{ required: ['cron'] }, { required: ['every'] }, { required: ['at'] }],
    dependentRequired: { startAt: ['every'] },
  },
)

/**
 * The JSON Schema of the config. It says what the checks of the config say, as far as a schema can: that a time zone or a cron
 * expression exists, only they know.
 */
export const configSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The config of Offstage: offstage.config.json, or the key "offstage" of package.json',
  ...object<OffstageConfig>({
    tasks: described(text, "The folder of the task modules, from the project's folder", 'tasks'),
    store: described(
      {
        type: 'string',
        pattern:
          '^(memory:|sqlite:(?!//|~|:memory:($|\\?))[^?#\\u0000]+(\\?durability=(full|relaxed))?|rediss?://([^/?#]*@)?[^\\s/?#@]+(/\\d{0,9})?(\\?[^#\\u0000]*)?)$',
      },
      "Where jobs live: sqlite:PATH (from the project's folder), sqlite:PATH?durability=relaxed, redis://HOST[:PORT][/DB] or memory:",
      'sqlite:.offstage/jobs.db',
    ),
    tz: described(text, 'The time zone of schedules in code and config that have none, such as Europe/Berlin', 'UTC'),
    redact: described(
      { type: 'array', items: text },
      'Words of names, beside password, token and the like, whose values are masked wherever they are shown',
      [],
    ),
    retention: described(retention, 'How long, and how many at most, jobs that ended are kept'),
    notify: described(notify, 'Who gets to know of each final failure'),
    schedules: described(
      { type: 'object', additionalProperties: schedule, propertyNames: { pattern: placePattern.source } },
      'Schedules by name, beside those of the task modules',
      {},
    ),
    $schema: described(text, 'Where an editor finds this schema'),
  }),
}
