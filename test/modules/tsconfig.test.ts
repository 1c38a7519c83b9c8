import { describe, expect, test } from 'vitest'
import type { SuiteJson } from '../../src/views/suite.js'
import { cliProject } from '../support/cli.js'
import { moduleTable, testedOn } from './module-table.js'

const plain = 'export const run = (a: number = 1): number => a\n'
const decorated = `const d = (..._: unknown[]) => {}
class A { @(d as never) go() { return 1 } }
export const run = () => new A().go()
`

testedOn()

moduleTable([
  {
    title: 'A broken tsconfig is named by what needs it; everything else runs.',
    files: {
      'tsconfig.json': '{ "extends": "./missing.json" }',
      'tasks/plain.ts': plain,
      'tasks/js.mjs': 'export const run = () => 2\n',
      'tasks/decorated.ts': decorated,
      'tasks/alias.ts': `import { a } from '@lib/a'\nexport const run = () => a\n`,
    },
    results: { 'plain.run': 1, 'js.run': 2 },
    faults: {
      'tasks/decorated.ts': /^tasks\/decorated\.ts: has decorators, .*: tsconfig\.json: .*missing\.json/,
      'tasks/alias.ts': /^tasks\/alias\.ts: Cannot find package '@lib\/a'.*tsconfig\.json: .*missing\.json/,
    },
  },
  ...[
    ['hello', /InvalidSymbol in line 1/],
    ['{\n  compilerOptions: { experimentalDecorators: true } }', /InvalidSymbol in line 2/],
    ['[]', /it is no object/],
    ['{ "compilerOptions": { "experimentalDecorators": "true" } }', /experimentalDecorators is no boolean/],
    ['{ "compilerOptions": { "paths": { "@lib/*": "./lib/*" } } }', /paths is no object of lists/],
    ['{ "compilerOptions": { "experimentalDecorators": true', /in line 1/],
  ].map(([text, why]) => ({
    title: `A tsconfig that is ${text} is broken.`,
    files: { 'tsconfig.json': String(text), 'tasks/plain.ts': plain, 'tasks/decorated.ts': decorated },
    results: { 'plain.run': 1 },
    faults: { 'tasks/decorated.ts': why as RegExp },
  })),
  {
    title: 'Comments, trailing commas and an empty tsconfig are right.',
    files: {
      'tsconfig.json': '\ufeff// mine\n{ "compilerOptions": { /* yes */ "paths": { "x": ["./lib/x.ts"], }, }, }\n',
      'tasks/empty/tsconfig.json': '',
      'lib/x.ts': `export const x = 'x'\n`,
      'tasks/a.ts': `import { x } from 'x'\nexport const run = () => x\n`,
      'tasks/empty/decorated.ts': decorated,
    },
    results: { 'a.run': 'x', 'empty.decorated.run': 1 },
  },
  {
    title: 'The nearest tsconfig counts.',
    files: {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "x": ["./lib/outer.ts"] } } }',
      'tasks/deep/tsconfig.json': '{ "compilerOptions": { "paths": { "x": ["../../lib/inner.ts"] } } }',
      'lib/outer.ts': `export const x = 'outer'\n`,
      'lib/inner.ts': `export const x = 'inner'\n`,
      'tasks/a.ts': `export { run } from '../lib/run'\n`,
      'lib/run.ts': `import { x } from 'x'\nexport const run = () => x\n`,
      'tasks/deep/b.ts': `import { x } from 'x'\nexport const run = () => x\n`,
    },
    results: { 'a.run': 'outer', 'deep.b.run': 'inner' },
  },
])

describe('a tsconfig above the project', () => {
  const programs = { 'sub/tasks/a.ts': plain, 'sub/tasks/d.ts': decorated }

  test('counts up to the root of the git repository, and no further.', async () => {
    const inRepository = cliProject({ ...programs, 'tsconfig.json': '{ "extends": "missing" }', '.git/HEAD': '' })
    const below = cliProject({ ...programs, 'tsconfig.json': '{ "extends": "missing" }', 'sub/.git/HEAD': '' })
    const [named, ignored] = await Promise.all(
      [inRepository, below].map((project) => project.json<SuiteJson>(['run', '*'], { cwd: project.path('sub') })),
    )
    expect(named?.items.map(({ task, state }) => [task, state])).toEqual([['a.run', 'completed']])
    expect(named?.faults.map(({ message }) => message)).toEqual([expect.stringContaining('tsconfig.json')])
    expect(ignored?.faults).toEqual([])
    expect(ignored?.items.map(({ result }) => result)).toEqual([1, 1])
  })

  test('that becomes faulty makes a decorated module faulty that was compiled before.', async () => {
    const project = cliProject({ 'tasks/d.ts': decorated, '.git/HEAD': '' })
    expect((await project.run(['tasks'])).exitCode).toBe(0)
    project.write('tsconfig.json', '{ "extends": "missing" }')
    expect(await project.run(['tasks'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('tsconfig.json'),
    })
  })
})
