import { execFileSync } from 'node:child_process'
import Database from 'better-sqlite3'
import { expect } from 'vitest'
import type { Finding } from '../../src/app/doctor/finding.js'
import { type CliOptions, type CliProject, cliProject } from './cli.js'

export const tasks = { 'tasks/note.mjs': 'export default () => 1' }
export const dayMs = 86_400_000

export type Found = readonly [check: string, status: string, message: string, fix: string | null]

/** What the doctor finds that is not well, and the exit code. */
export async function troublesOf(project: CliProject, args: readonly string[] = [], options?: CliOptions) {
  const { stdout, stderr, exitCode } = await project.run(['doctor', ...args, '--json'], options)
  return { found: troublesIn(stdout, stderr), exitCode }
}

export function troublesIn(stdout: string, stderr: string): readonly Found[] {
  expect(stdout, stderr).not.toBe('')
  const { items } = JSON.parse(stdout) as { readonly items: readonly Finding[] }
  return items
    .filter(({ status }) => status !== 'ok')
    .map(({ check, status, message, fix }) => [check, status, message, fix])
}

/** As it is run by a line of shell, such as in a namespace of its own. */
export async function troublesInShell(project: CliProject, script: string, options?: CliOptions) {
  const { stdout, stderr } = await project.shell(script, options)
  return troublesIn(stdout, stderr)
}

/** A project with a store that has a job which has ended. */
export async function projectWithStore(): Promise<CliProject> {
  const project = cliProject(tasks)
  await project.run(['run', 'note'])
  return project
}

export function changeStore(project: CliProject, sql: string): void {
  const db = new Database(project.path('.offstage/jobs.db'))
  db.exec(sql)
  db.close()
}

export const isRoot = process.geteuid?.() === 0
export const namespaces = (...flags: string[]): boolean => {
  try {
    execFileSync('unshare', [...flags, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
export const canMount = isRoot && namespaces('--mount')
export const canLimit = namespaces('--user', '--map-root-user')

export const like = (text: string) => expect.stringContaining(text)
export const some = (...found: readonly [string, string, string][]) =>
  found.map(([check, status, message]) => expect.arrayContaining([check, status, like(message)]))
