import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type CliProject, type CliResult, cliProject } from './cli.js'
import { ledgerTask } from './ledger.js'

/** Why nothing can be traced here; null if it can. */
export const untraceable = ((): string | null => {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return null
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'strace is not installed' : 'strace may not trace here'
  }
})()
// What SQLite and the making of a store change files with. SQLite is built without fdatasync: it calls fsync.
export type Call = 'pwrite64' | 'fsync' | 'rename' | 'link'

/** The n-th such call of a process. */
export interface Point {
  readonly call: Call
  readonly n: number
}

export interface Traced {
  readonly project: CliProject
  readonly log: string
}

export function tracedProject(): Traced {
  const project = cliProject({ 'tasks/work.mjs': ledgerTask })
  return { project, log: join(project.base, 'strace.txt') }
}

/** Runs a command of offstage with its calls in `log`. Only its main thread is traced: that is where SQLite works. */
export function trace(project: CliProject, log: string, options: string, args: string): Promise<CliResult> {
  return project.shell(`exec strace -y -o '${log}' ${options} offstage ${args} --cwd '${project.root}'`)
}

/** Points all over a command: it is run once to its end, to count its calls. */
export async function pointsOf(
  { project, log }: Traced,
  args: string,
  wanted: Readonly<Partial<Record<Call, number>>>,
  random: () => number,
): Promise<readonly Point[]> {
  const calls = Object.keys(wanted)
  const { exitCode, stderr } = await trace(project, log, `-e trace=${calls.join()}`, args)
  expect(exitCode, stderr).toBe(0)
  const lines = readFileSync(log, 'utf8').split('\n')
  return Object.entries(wanted).flatMap(([call, points]) => {
    const total = lines.filter((line) => line.startsWith(`${call}(`)).length
    expect(total, `calls of ${call}`).toBeGreaterThan(0)
    // One in each part of the command; which one is another matter each time.
    const numbers = Array.from({ length: points }, (_, part) => 1 + Math.floor(((part + random()) * total) / points))
    return [...new Set(numbers)].map((n) => ({ call: call as Call, n }))
  })
}
