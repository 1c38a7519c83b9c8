import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable } from './table.js'

interface ManifestFlag {
  readonly name: string
  readonly type: 'boolean' | 'option'
  readonly char?: string
  readonly env?: string
  readonly summary?: string
  readonly helpGroup?: string
  readonly helpValue?: string
  readonly options?: readonly string[]
  readonly allowNo?: boolean
  readonly multiple?: boolean
  readonly required?: boolean
  readonly hidden?: boolean
  readonly default?: unknown
}

interface ManifestCommand {
  readonly id: string
  readonly summary: string
  readonly description?: string
  readonly usage?: string | readonly string[]
  readonly examples?: readonly string[]
  readonly strict: boolean
  readonly hidden?: boolean
  readonly args: Readonly<
    Record<string, { readonly name: string; readonly description?: string; readonly required?: boolean }>
  >
  readonly flags: Readonly<Record<string, ManifestFlag>>
}

const root = join(import.meta.dirname, '../..')

const introduction = `# Every command

<!-- npm run docs:update makes this page from oclif.manifest.json, which npm run manifest writes; a test compares it -->

What commands have in common is in [the command line](command-line.md): how flags and arguments are written, exit codes, JSON shapes.
\`offstage COMMAND --help\` shows the same as this page.
`

/** The text of docs/cli.md. */
export function cliPage(): string {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    readonly commands: Readonly<Record<string, ManifestCommand>>
  }
  const shown = Object.values(commands)
    .filter(({ hidden }) => hidden !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const list = markdownTable(
    ['command', 'does'],
    shown.map((command) => [
      `[\`${nameOf(command)}\`](#offstage-${command.id.replaceAll(':', '-')})`,
      cell(command.summary),
    ]),
  )
  const globals = `## Global flags\n\nEvery command has them, \`--json\` where there is data.\n\n${flagsTable(globalFlags(shown))}\n`
  return [introduction, list, '', globals, ...shown.map(sectionOf)].join('\n')
}

function globalFlags(commands: readonly ManifestCommand[]): readonly ManifestFlag[] {
  const found = commands.flatMap(({ flags }) => Object.values(flags).filter(isGlobal))
  return [...new Map(found.map((flag) => [flag.name, flag])).values()]
}

const isGlobal = ({ helpGroup }: ManifestFlag) => helpGroup === 'GLOBAL'
const nameOf = ({ id }: ManifestCommand) => id.replaceAll(':', ' ')

function sectionOf(command: ManifestCommand): string {
  const { summary, description = '', examples = [] } = command
  const args = Object.values(command.args)
  const flags = Object.values(command.flags).filter((flag) => !isGlobal(flag) && flag.hidden !== true)
  const blocks = [
    `## offstage ${nameOf(command)}`,
    `${summary}.`,
    fenced(usagesOf(command).map((usage) => `offstage ${usage}`)),
    ...description.split('\n').flatMap((line) => line.trim().replace(/ {2,}/g, ' ') || []),
    ...(args.length === 0 ? [] : [argumentsTable(args)]),
    ...(flags.length === 0 ? [] : [flagsTable(flags)]),
    fenced(examples.map((example) => example.replaceAll('<%= config.bin %>', 'offstage'))),
  ]
  return `${blocks.join('\n\n')}\n`
}

function usagesOf(command: ManifestCommand): readonly string[] {
  if (command.usage !== undefined) return [command.usage].flat()
  const args = Object.values(command.args).map(({ name, required }) => {
    const word = `${name.toUpperCase()}${command.strict ? '' : '...'}`
    return required === true ? word : `[${word}]`
  })
  const hasFlags = Object.values(command.flags).some((flag) => !isGlobal(flag))
  return [[nameOf(command), ...args, ...(hasFlags ? ['[FLAGS]'] : [])].join(' ')]
}

function argumentsTable(args: readonly ManifestCommand['args'][string][]): string {
  const rows = args.map(({ name, description = '' }) => [`\`${name.toUpperCase()}\``, cell(description)])
  return markdownTable(['argument', 'is'], rows)
}

function flagsTable(flags: readonly ManifestFlag[]): string {
  const rows = flags.map((flag) => [
    `\`${cell(flagText(flag))}\``,
    cell(meaningOf(flag)),
    flag.env === undefined ? '' : `\`${flag.env}\``,
  ])
  const hasVariables = rows.some(([, , variable]) => variable !== '')
  const head = ['flag', 'does', 'variable']
  return hasVariables
    ? markdownTable(head, rows)
    : markdownTable(
        head.slice(0, 2),
        rows.map((row) => row.slice(0, 2)),
      )
}

function flagText({ name, char, type, allowNo, helpValue, options }: ManifestFlag): string {
  const long = allowNo === true ? `--[no-]${name}` : `--${name}`
  const value = type === 'boolean' ? '' : ` ${options?.join('|') ?? helpValue ?? 'VALUE'}`
  return `${char === undefined ? '' : `-${char}, `}${long}${value}`
}

function meaningOf({ summary = '', type, required, default: preset }: ManifestFlag): string {
  const text = required === true ? `${summary} (required)` : summary
  return type === 'boolean' || preset === undefined ? text : `${text} (default ${String(preset)})`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function fenced(lines: readonly string[]): string {
  return `\`\`\`sh\n${lines.join('\n')}\n\`\`\``
}
