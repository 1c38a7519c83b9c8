import { isAbsolute, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Catalog, ModuleFault, TaskInfo } from '../../engine/ipc/messages.js'
import type { JobJson } from '../../views/job.js'
import { visible } from '../../views/sanitise.js'
import { shownTask } from '../../views/shown-task.js'
import { startLine } from '../guarded-output.js'
import { stateText } from '../jobs/job-text.js'

/** An error that GitHub shows beside the code. */
interface Annotation {
  readonly title: string
  readonly message: string
  /** Absolute; null if unknown. */
  readonly file: string | null
  readonly line: number | null
}

// GitHub shows no more errors of a step.
const mostShown = 10
const mostCharacters = 4_000

/**
 * Says failures in a form of which GitHub makes annotations; nothing elsewhere. On stderr: its runner reads commands from both
 * streams, and stdout is data. Jobs that a signal cancelled are no failures.
 */
export function sayToGitHub(
  jobs: readonly JobJson[],
  { tasks, faults }: Pick<Catalog, 'tasks' | 'faults'>,
  interrupted: boolean,
): void {
  if (process.env.GITHUB_ACTIONS !== 'true') return
  const failed = jobs.filter(({ state }) => state === 'failed' || (state === 'cancelled' && !interrupted))
  const all = [
    ...failed.map((job) => annotationOf(job, tasks.find(({ name }) => name === job.task) ?? null)),
    ...faults.map(annotationOfFault),
  ]
  const shown = all.length <= mostShown ? all : [...all.slice(0, mostShown - 1), others(all.length - mostShown + 1)]
  if (shown.length > 0) startLine()
  for (const annotation of shown) process.stderr.write(`${errorCommand(annotation)}\n`)
}

function annotationOf(job: JobJson, task: TaskInfo | null): Annotation {
  const { error } = job
  const file = task === null || task.file === '' ? null : task.file
  const headline = error === null ? '' : `${error.name}: ${error.message}`
  const stack = error?.stack ?? ''
  const text =
    error === null ? `${job.id} ${stateText(job)}` : stack.startsWith(headline) ? stack : `${headline}\n${stack}`
  const title = `${shownTask(job)} ${stateText(job)} (${job.id})`
  return {
    title,
    message: text.trimEnd(),
    file,
    line: lineIn(stack, file) ?? (file === null ? null : (task?.line ?? null)),
  }
}

function annotationOfFault({ file, message }: ModuleFault): Annotation {
  return { title: 'faulty module', message, file, line: lineIn(message, file) }
}

function others(count: number): Annotation {
  return { title: 'offstage', message: `${count} more failed: see the log of this step`, file: null, line: null }
}

/** The first line of a file that a stack names: nearer to the error than the line of the task. */
function lineIn(stack: string, file: string | null): number | null {
  const start = file === null ? -1 : stack.indexOf(`${file}:`)
  const line = file === null || start < 0 ? undefined : /^\d+/.exec(stack.slice(start + file.length + 1))?.[0]
  return line === undefined ? null : Number(line)
}

/** `::error file=tasks/a.ts,line=3,title=a failed::Error: ...` */
export function errorCommand({ title, message, file, line }: Annotation): string {
  const properties = [
    ...(file === null ? [] : [`file=${inProperty(pathInRepository(file))}`]),
    ...(file === null || line === null ? [] : [`line=${line}`]),
    `title=${inProperty(visible(title))}`,
  ]
  const text = visible(stripVTControlCharacters(message))
  const cut = text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
  return `::error ${properties.join(',')}::${inData(cut)}`
}

/** GitHub finds files from the root of its checkout. */
function pathInRepository(file: string): string {
  const { GITHUB_WORKSPACE } = process.env
  const path = relative(GITHUB_WORKSPACE || process.cwd(), file)
  return path.startsWith('..') || isAbsolute(path) ? file : path
}

// The rules of workflow commands: a line is one command, and `:` and `,` end a property.
function inData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function inProperty(text: string): string {
  return inData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
