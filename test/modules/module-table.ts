import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import type { SuiteJson } from '../../src/views/suite.js'
import { type CliProject, cliProject } from '../support/cli.js'

/** A file by its text, or a link by where it leads. */
type Content = string | { readonly link: string }

export interface ModuleCase {
  readonly title: string
  /** By their paths in the project. */
  readonly files: Readonly<Record<string, Content>>
  /** What every task returns, by the task's name. */
  readonly results?: Readonly<Record<string, unknown>>
  /** What the stack of a task that throws holds. */
  readonly stacks?: Readonly<Record<string, string | RegExp>>
  /** How a module is faulty, by its file. */
  readonly faults?: Readonly<Record<string, RegExp>>
}

/** One test a case: all tasks of a project run, in a process of their own, as `offstage run` runs them. */
export function moduleTable(cases: readonly ModuleCase[]): void {
  test.concurrent.for(cases.map((row) => [row.title, row] as const))('%s', async ([, row], { expect }) => {
    const project = cliProject()
    for (const [file, content] of Object.entries(row.files)) put(project, file, content)
    const run = await project.run(['run', '*', '--json', '--retries', '0'])
    expect(run.stdout, run.stderr).toMatch(/^\{/)
    const { items, faults } = JSON.parse(run.stdout) as SuiteJson
    const { results = {}, stacks = {}, faults: expectedFaults = {} } = row

    const failed = items.filter(({ task }) => Object.hasOwn(stacks, task))
    const others = items.filter(({ task }) => !Object.hasOwn(stacks, task))
    const shown = others.map(({ task, result, error }) => [task, error === null ? result : (error.stack ?? error)])
    expect(Object.fromEntries(shown)).toEqual(results)
    expect(failed.map(({ task }) => task).sort()).toEqual(Object.keys(stacks).sort())
    for (const { task, error } of failed) expectText(error?.stack ?? '', stacks[task] ?? '')
    const messages = faults.map(({ file, message }) => [file.replace(`${project.root}/`, ''), message] as const)
    expect(messages.map(([file]) => file).sort(), JSON.stringify(messages)).toEqual(Object.keys(expectedFaults).sort())
    for (const [file, message] of messages)
      expect(message.replaceAll(`${project.root}/`, '')).toMatch(expectedFaults[file] ?? '')

    function expectText(text: string, wanted: string | RegExp): void {
      const relative = text.replaceAll(`${project.root}/`, '')
      if (typeof wanted === 'string') expect(relative).toContain(wanted)
      else expect(relative).toMatch(wanted)
    }
  })
}

function put(project: CliProject, file: string, content: Content): void {
  if (typeof content === 'string') {
    project.write(file, content)
    return
  }
  mkdirSync(dirname(project.path(file)), { recursive: true })
  symlinkSync(content.link, project.path(file))
}

/** Says which Node the table was run on: it holds on each that the program supports. */
export function testedOn(): void {
  test(`This is Node ${process.versions.node}, and so are the processes of the tasks.`, async () => {
    const project = cliProject({ 'tasks/node.mjs': 'export default () => process.versions.node\n' })
    expect((await project.run(['run', 'node'])).stdout).toBe(`${process.versions.node}\n`)
  })
}
