import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const count = 200

function moduleNumber(n: number): string {
  return `import { appendFileSync } from 'node:fs'

appendFileSync('loaded.txt', '${n}\\n')

export interface Input {
  readonly name: string
}
export async function send({ name }: Input): Promise<string> {
  return \`${n}: \${name}\`
}
`
}

test('Of two hundred modules `tasks` lists every task, and commands that only read load none.', async () => {
  const numbers = Array.from({ length: count }, (_, n) => n + 1)
  const project = cliProject(Object.fromEntries(numbers.map((n) => [`tasks/mail/m${n}.ts`, moduleNumber(n)])))

  const listed = await project.json<{ items: { name: string; line: number }[]; faults: unknown[] }>(['tasks'])
  expect(listed.faults).toEqual([])
  expect(listed.items.map(({ name }) => name)).toEqual(numbers.map((n) => `mail.m${n}.send`).sort())
  expect(new Set(listed.items.map(({ line }) => line))).toEqual(new Set([8]))
  expect(project.lines('loaded.txt').length).toBe(count)
  expect(await project.run(['run', 'mail.m7.send', 'name=Ada'])).toMatchObject({ stdout: '7: Ada\n', exitCode: 0 })

  rmSync(project.path('loaded.txt'))
  const reads = [['status'], ['status', 'j1'], ['status', '--json'], ['jobs', 'list'], ['jobs', 'show', 'j1']]
  const ends = await Promise.all(reads.map((args) => project.run(args)))
  expect(ends.map(({ exitCode }) => exitCode)).toEqual(reads.map(() => 0))
  expect(project.lines('loaded.txt')).toEqual([])
})
