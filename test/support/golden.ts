import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, expect, type RunnerTask } from 'vitest'
import type { CliProject, CliResult } from './cli.js'

export const goldenRoot = join(import.meta.dirname, '../golden')
const rewrites = process.env.UPDATE_GOLDEN === '1'

/** Compares what commands write with golden files, in which everything that changes from run to run is filled in. */
export interface Golden {
  check(name: string, result: CliResult, project: CliProject): void
  /** Runs commands that do not touch each other at one time, each by the name of its golden file. */
  run(project: CliProject, commands: Readonly<Record<string, readonly string[]>>): Promise<void>
}

/**
 * The golden files of one folder, which belong to the test file that names it: one that no test of it compares with is
 * an error. `UPDATE_GOLDEN=1` writes them anew.
 */
export function goldenFolder(folder: string): Golden {
  const used = new Set<string>()
  // What a beforeAll returns runs after every afterAll: a complaint must not keep them from clearing up.
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads what is wanted of its context from the pattern
  beforeAll(({}, suite) => () => {
    if (!suite.tasks.every(isComplete)) return
    const there = existsSync(join(goldenRoot, folder)) ? readdirSync(join(goldenRoot, folder)) : []
    expect(there.filter((file) => !used.has(file)).map((file) => `${folder}/${file} is used by no test`)).toEqual([])
  })
  const check: Golden['check'] = (name, result, project) => {
    used.add(`${name}.txt`)
    const file = join(goldenRoot, folder, `${name}.txt`)
    const text = goldenText(result, project)
    if (rewrites) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    expect(existsSync(file), `${file} is missing; UPDATE_GOLDEN=1 writes it`).toBe(true)
    expect(text, file).toBe(readFileSync(file, 'utf8'))
  }
  return {
    check,
    async run(project, commands) {
      const runs = Object.entries(commands).map(async ([name, args]) => ({ name, result: await project.run(args) }))
      for (const { name, result } of await Promise.all(runs)) check(name, result, project)
    },
  }
}

/** Whether all tests ran and passed: of some, as `-t` chooses, the others' files are not used. */
function isComplete(task: RunnerTask): boolean {
  if (task.type === 'suite') return task.tasks.every(isComplete)
  return task.mode === 'todo' || task.result?.state === 'pass'
}

function goldenText({ stdout, stderr, exitCode }: CliResult, project: CliProject): string {
  const parts = [`exit code ${exitCode}\n`, section('stdout', stdout), section('stderr', stderr)]
  return filledIn(parts.join(''), project)
}

function section(name: string, text: string): string {
  if (text === '') return `--- ${name}: nothing\n`
  return `--- ${name}\n${text}${text.endsWith('\n') ? '' : '(no newline)\n'}`
}

const placeholders: readonly (readonly [RegExp, string])[] = [
  [/offstage\/\d+\.\d+\.\d+\S* \S+ node-v[\d.]+/g, 'offstage/<version> <platform> node-<version>'],
  // As wide as it was, so that tables keep their columns.
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<yyyy-mm-ddThh:mm:ss.mss>'],
  // Times that are fixed, such as those of a history that a test wrote, stay as they are.
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d, in [\d.]+\w+( \d+\w+)?/g, '<local time>, in <duration>'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d(?=.* by hand$)/gm, '<yyyy-mm-dd hh:mm:ss zzzz>'],
  [/(fired|late) 20[23]\d-\d\d-\d\d \d\d:\d\d:\d\d/g, '$1 <yyyy-mm-dd hh:mm:ss>'],
  [/("(?:duration|latency)Ms": )\d+/g, '$1<number>'],
  [/("pid": )\d+/g, '$1<pid>'],
  [/\bw\d+\b/g, '<worker>'],
  [/\b(after|for) \d+(\.\d+)?(ms|s)\b/g, '$1 <duration>'],
  [/\((in )?(\d+m )?\d+(\.\d+)?(ms|s)( ago)?\)/g, '($1<duration>$5)'],
  [/\(pid \d+ on \S+\)/g, '(pid <pid> on <host>)'],
  [/\b\d+(\.\d+)? m?s\b/g, '<duration>'],
]

function filledIn(text: string, project: CliProject): string {
  const ruled = text.replace(/^SCHEDULE +TASK .*(\n(?!---).+)+/gm, schedules)
  const placed = ruled.replaceAll(project.root, '<project>').replaceAll(project.base, '<base>')
  const filled = placeholders.reduce((done, [pattern, placeholder]) => done.replace(pattern, placeholder), placed)
  return (
    filled
      .replaceAll(`"host": ${JSON.stringify(hostname())}`, '"host": "<host>"')
      .replace(/^WORKER .*(\n(?!---).+)+/gm, row)
      // The widths of a suite's table are those of its durations.
      .replace(/^JOB +TASK +STATE +TIME .*(\n(?!---).+)+/gm, (table) => table.replace(/ {2,}/g, '  '))
  )
}

/** A table of schedules, in which a width is that of a time until then: a bar between its cells. */
function schedules(table: string): string {
  const lines = table.split('\n')
  const starts = [...(lines[0] ?? '').matchAll(/\S+/g)].map(({ index }) => index)
  return lines
    .map((line) =>
      starts
        .map((start, index) => line.slice(start, starts[index + 1]).trim())
        .join(' | ')
        .trim(),
    )
    .join('\n')
}

/** The table of workers, in which no width is the same twice. */
function row(table: string): string {
  const cells = table.split('\n').map((line) => line.split(/ {2,}/))
  return cells
    .map(([worker, state, pid, host, up, beat, ...rest], index) =>
      (index === 0
        ? [worker, state, pid, host, up, beat, ...rest]
        : // A worker reports its memory with its first beat.
          [worker, state, '<pid>', '<host>', '<duration>', beat, ...rest.filter((cell) => !/ MB$/.test(cell))]
      ).join('  '),
    )
    .join('\n')
}
