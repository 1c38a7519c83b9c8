import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const project = cliProject({
  'tasks/takes.ts': `
    import { task } from 'offstage'
    export const two = (a: string, b: string) => [a, b]
    export const one = (a: string, b = 'given') => [a, b]
    export const any = (...all: string[]) => all
    export const wrapped = task({ queue: 'q' }, (a: string, b: string) => [a, b])`,
})
const said = async (...args: string[]) => (await project.run(args)).stderr

test('Whoever gives fewer arguments than a function declares is told so, wherever its job or schedule is made.', async () => {
  const line = 'takes.two declares 2 parameters, and gets 1'
  expect(await said('run', 'takes.two', 'x')).toContain(line)
  expect(await said('run', 'takes.two', 'x', '--inline')).toContain(line)
  expect(await said('run', 'takes.two', 'x', '--detach')).toContain(line)
  expect(await said('schedule', 'takes.two', 'x', '--every', '1h')).toContain(line)
  expect(await said('run', 'takes.wrapped')).toContain('takes.wrapped declares 2 parameters, and gets 0')
  expect(await said('run', 'takes.one')).toContain('takes.one declares 1 parameter, and gets 0')
  expect(await said('run', 'takes.*')).toMatch(/takes\.one declares 1[\s\S]*takes\.two declares 2[\s\S]*takes\.wrapped/)
})

test('Enough arguments, more than enough, and those of a program need no word.', async () => {
  expect(await said('run', 'takes.two', 'x', 'y')).not.toContain('declares')
  expect(await said('run', 'takes.one', 'x')).not.toContain('declares')
  expect(await said('run', 'takes.any')).not.toContain('declares')
  expect(await said('run', '--', 'true')).not.toContain('declares')
})
