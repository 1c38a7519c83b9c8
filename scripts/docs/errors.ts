import { exitCodeOfError } from '../../src/cli/exit-codes.js'
import { type ErrorCode, errorCatalog } from '../../src/domain/error-catalog.js'
import { errorNamed } from '../../src/domain/errors.js'
import { errorMessages } from './error-messages.js'

const introduction = `# Error codes

<!-- npm run docs:update makes this page from src/domain/error-catalog.ts; a test compares it -->

Every error that Offstage itself raises has a code. A code never changes its meaning; messages and hints may change.

- On a terminal, stderr has the message and the hint.
- With \`--json\`, stdout has \`{ "error": { "code", "message", "hint" } }\`.
- In code, the error is of the class that is named here. \`offstage\` exports the classes. All of them extend \`OffstageError\`, which has
  \`code\` and \`hint\`.

The exit code is that of a command that ends with the error. If a task meets the error while it runs (such as E_NOT_JSON for its
result), its job fails, and \`run\` exits with 1. Flags that do not go together are E_USAGE on the command line. [The command line](command-line.md#exit-codes) lists all exit codes.
An error that a task throws is not in this list: it belongs to the job, and \`offstage status JOB\` shows it.

Something is wrong and there is no error: see [Troubleshooting](troubleshooting.md). In the messages below \`…\` stands for what differs.
`

/** The text of docs/errors.md. */
export function errorsPage(): string {
  const codes = (Object.keys(errorCatalog) as ErrorCode[]).sort()
  return [introduction, ...codes.map(sectionOf)].join('\n')
}

// Of the code of all mistakes in the command line there are dozens.
const mostMessages = 4

/** The messages that an error of this code can have. */
export function messagesOf(code: ErrorCode): readonly string[] {
  const { message } = errorCatalog[code]
  return [...(message === null ? [] : [message]), ...(messages.get(code) ?? [])]
}

const messages = errorMessages()

function sectionOf(code: ErrorCode): string {
  const all = messagesOf(code)
  const more = all.length > mostMessages ? `, and ${all.length - mostMessages} more` : ''
  const seen = `${all.slice(0, mostMessages).map(quoted).join(', ')}${more}`
  const { classes, when, whatToDo } = errorCatalog[code]
  const exitCode = exitCodeOfError(errorNamed(classes[0] ?? '', code, '', null))
  const reportedAs = classes.length === 0 ? 'only commands report it' : `class ${classes.join(' or ')}`
  return `## ${code}\n\n${when}\n\n- You see: ${seen}\n- What to do: ${whatToDo}\n- Exit code ${exitCode}; ${reportedAs}\n`
}

/** As code. A message may have backticks of its own. */
function quoted(message: string): string {
  return message.includes('`') ? `\`\` ${message} \`\`` : `\`${message}\``
}
