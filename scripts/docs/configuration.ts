import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema, type Schema } from '../../src/project/config-schema.js'
import { markdownTable } from './table.js'

const root = join(import.meta.dirname, '../..')

const introduction = `# Configuration

<!-- npm run docs:update makes this page from src/project/config-schema.ts; a test compares it -->

A project needs no config. What differs from the defaults is in one of \`offstage.config.json\`, \`.ts\`, \`.mts\`, \`.js\` and \`.mjs\`, or
under \`offstage\` in \`package.json\`. Two of them are refused: one would not be read. \`offstage doctor\` names the one that is used.

\`\`\`json
{
  "$schema": "./node_modules/offstage/schema.json",
  // comments are allowed in offstage.config.json
  "tz": "Europe/Berlin",
  "retention": { "failed": "90d" },
  "schedules": { "nightly": { "task": "report", "cron": "0 2 * * *" } }
}
\`\`\`

\`$schema\` names the JSON Schema in the package: editors complete names and mark mistakes by it. In code, \`defineConfig\` of
\`offstage\` does the same. A name that there is not is refused, with a suggestion, and in JSON with the line and column.

A flag wins over its environment variable, and that one over the config. Durations are milliseconds, or texts such as \`500ms\`,
\`30s\`, \`5m\`, \`1.5h\`, \`2d\` and \`1w\`. [Every command](cli.md) has the flags and variables that no setting stands for.
`

interface Group {
  readonly title: string
  readonly before: string
  readonly schema: Schema
  /** The command whose flags of the same names stand for the settings; null for none. */
  readonly command: string | null
}

const of = (schema: Schema, name: string): Schema => (schema.properties as Readonly<Record<string, Schema>>)[name] ?? {}
const targetForms = of(of(configSchema, 'notify'), 'onFailed').anyOf as readonly Schema[]

const groups: readonly Group[] = [
  { title: 'Settings', before: '', schema: configSchema, command: 'status' },
  {
    title: 'retention',
    before: '[Jobs](jobs.md) says what is kept beyond it.',
    schema: of(configSchema, 'retention'),
    command: null,
  },
  {
    title: 'notify',
    before:
      'A target is the name of a task, `{ "command": ["./tell.sh"] }`, or a URL with the settings below. See [Notifications](notifications.md).',
    schema: of(configSchema, 'notify'),
    command: null,
  },
  { title: 'A target that is a URL', before: '', schema: targetForms[2] ?? {}, command: null },
  {
    title: 'schedules',
    before:
      'By name, each with these settings: see [Schedules](schedules.md). A fault in one keeps only that one from firing. A schedule of the command line has the flags instead.',
    schema: of(configSchema, 'schedules').additionalProperties as Schema,
    command: 'schedule',
  },
]

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  return [introduction, ...groups.map(sectionOf)].join('\n')
}

/** The text of schema.json. */
export function schemaFile(): string {
  return `${JSON.stringify(configSchema, null, 2)}\n`
}

function sectionOf({ title, before, schema, command }: Group): string {
  const flags = command === null ? {} : flagsOf(command)
  const rows = Object.entries(schema.properties as Readonly<Record<string, Schema>>).map(([name, setting]) => {
    const flag = flags[name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)]
    const given = flag === undefined ? '' : [`--${flag.name}`, ...[flag.env ?? []].flat()].map(code).join(', ')
    return [code(name), typeOf(setting), defaultOf(setting), given, setting.description ?? '']
  })
  const table = markdownTable(['name', 'type', 'default', 'flag, variable', 'meaning'], rows)
  return [`## ${title}`, before, table]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

interface Flag {
  readonly name: string
  readonly env?: string
}

function flagsOf(command: string): Readonly<Record<string, Flag>> {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, Flag>> }>>
  }
  return commands[command]?.flags ?? {}
}

function typeOf(schema: Schema): string {
  const { anyOf, not } = schema
  if (Array.isArray(schema.enum)) return (schema.enum as readonly string[]).map(code).join(', ')
  if (schema.const === false) return code('false')
  if (Array.isArray(anyOf)) {
    const forms = anyOf as readonly Schema[]
    if (forms.length === 2 && forms[0]?.type === 'number' && forms[1]?.type === 'string')
      return not === undefined ? 'duration' : 'duration, not 0'
    return forms.some(({ type }) => type === 'object') ? 'target' : forms.map(typeOf).join(' or ')
  }
  if (schema.type === 'string') return 'text'
  if (schema.type === 'array') return schema.items === undefined ? 'list' : 'list of texts'
  if (schema.type === 'integer') return rangeOf(schema)
  return schema.type ?? ''
}

function rangeOf({ minimum, maximum }: Schema): string {
  if (maximum === undefined) return `whole number from ${String(minimum)}`
  return `whole number, ${String(minimum)} to ${String(maximum)}`
}

function defaultOf({ default: value }: Schema): string {
  if (value === undefined) return ''
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}
