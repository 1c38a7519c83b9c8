import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { moduleTable, testedOn } from './module-table.js'

const paths = (...lines: string[]) => `{\n  // comments are fine\n  "compilerOptions": { ${lines.join(', ')} },\n}\n`

testedOn()

moduleTable([
  {
    title: 'A specifier may name what TypeScript compiles to, or leave the extension or the index out.',
    files: {
      'lib/a.ts': `export const a = 'a'\n`,
      'lib/b.mts': `export const b = 'b'\n`,
      'lib/c.cts': `export const c = 'c'\n`,
      'lib/folder/index.ts': `export const folder = 'folder'\n`,
      'lib/both.js': `exports.both = 'js'\n`,
      'lib/both.ts': `export const both = 'ts'\n`,
      'tasks/run.ts': `import { a } from '../lib/a.js'
import { a as a2 } from '../lib/a'
import { b } from '../lib/b.mjs'
import { c } from '../lib/c.cjs'
import { folder } from '../lib/folder'
import { both } from '../lib/both.js'
export const names = async () => [a, a2, b, c, folder, both, (await import('../lib/' + 'a')).a, require('../lib/a').a]
`,
      'tasks/cjs.cjs': `exports.names = async () => [require('../lib/a').a, require('../lib/folder').folder, (await import('../lib/a.js')).a]\n`,
      'tasks/js.mjs': `import { a } from '../lib/a.js'\nexport const names = () => a\n`,
    },
    results: {
      'run.names': ['a', 'a', 'b', 'c', 'folder', 'js', 'a', 'a'],
      'cjs.names': ['a', 'folder', 'a'],
      'js.names': 'a',
    },
  },
  {
    title: 'A missing export and a missing file are faults with the file and line; the others run.',
    files: {
      'lib/helper.ts': 'export const yes = 1\n',
      'tasks/export.ts': `interface A {\n  a: 1\n}\nimport { nope } from '../lib/helper.ts'\nexport const run = () => nope\n`,
      'tasks/export2.mjs': `import { nope } from '../lib/helper.ts'\nexport const run = () => nope\n`,
      'tasks/file.ts': `import { a } from './nowhere.js'\nexport const run = () => a\n`,
      'tasks/package.ts': `import { a } from 'not-installed'\nexport const run = () => a\n`,
      'tasks/good.ts': `import { yes } from '../lib/helper'\nexport const run = () => yes\n`,
    },
    results: { 'good.run': 1 },
    faults: {
      'tasks/export.ts':
        /^tasks\/export\.ts:4: The requested module '\.\.\/lib\/helper\.ts' does not provide an export named 'nope'/,
      'tasks/export2.mjs': /^tasks\/export2\.mjs:1: The requested module/,
      'tasks/file.ts': /^tasks\/file\.ts: Cannot find module '.*tasks\/nowhere\.js'/,
      'tasks/package.ts': /^tasks\/package\.ts: Cannot find package 'not-installed'/,
    },
  },
  {
    title: 'A linked file resolves its imports from the real file, and a linked folder holds tasks.',
    files: {
      'real/near.ts': `export const near = 'near'\n`,
      'real/linked.ts': `import { near } from './near'\nexport const run = () => near\n`,
      'real/linked.cjs': `const { near } = require('./near')\nexports.run = () => near\n`,
      'elsewhere/deep/b.ts': `import { near } from '../../real/near.js'\nexport const run = () => near\n`,
      'tasks/one.ts': { link: '../real/linked.ts' },
      'tasks/two.cjs': { link: '../real/linked.cjs' },
      'tasks/folder': { link: '../elsewhere/deep' },
    },
    results: { 'one.run': 'near', 'two.run': 'near', 'folder.b.run': 'near' },
  },
  {
    title: 'paths of the tsconfig, through extends and with comments, hold in import, import() and require().',
    files: {
      'tsconfig.json': `{ "extends": "./base.json" }`,
      'base.json': paths(
        '"paths": { "@lib/*": ["./lib/*"], "exact": ["./lib/exact.ts"], "cjs-pkg": ["./lib/exact.ts"] }',
      ),
      'node_modules/cjs-pkg/index.js': `exports.exact = 'installed'\n`,
      'lib/a.ts': `export enum Color { Red = 5 }\n`,
      'lib/exact.ts': `export const exact = 'exact'\n`,
      'tasks/a.ts': `import { Color } from '@lib/a.js'
import { Color as C2 } from '@lib/a'
import { exact } from 'exact'
import { exact as first } from 'cjs-pkg'
export const run = async () => [Color.Red, C2.Red, exact, first, (await import('@lib/a')).Color.Red, require('@lib/exact').exact]
`,
      'tasks/b.cts': `import { exact } from 'exact'\nexport const run = () => exact\n`,
    },
    results: { 'a.run': [5, 5, 'exact', 'exact', 5, 'exact'], 'b.run': 'exact' },
  },
  {
    title: 'baseUrl is a place to look for modules.',
    files: {
      'tsconfig.json': paths('"baseUrl": "."'),
      'lib/a.ts': 'export const a = 1\n',
      'tasks/a.ts': `import { a } from 'lib/a'\nimport { basename } from 'path'\nexport const run = () => [a, basename('/x')]\n`,
    },
    results: { 'a.run': [1, 'x'] },
  },
  {
    title: 'A workspace package in TypeScript is one instance for ES modules and CommonJS, tasks and helpers.',
    files: {
      'packages/ws/package.json':
        '{"name":"@w/ws","exports":{".":"./src/index.ts","./sub":{"import":"./src/sub.ts","require":"./src/sub.ts"}}}',
      'packages/ws/src/index.ts': `export const state = { n: 0 }\nexport enum E { A = 7 }\n`,
      'packages/ws/src/sub.ts': `export { state } from './index.js'\n`,
      'node_modules/@w/ws': { link: '../../packages/ws' },
      'tasks/a.ts': `import { state, E } from '@w/ws'\nimport { state as sub } from '@w/ws/sub'\nstate.n += 1\nexport const run = async () => [state.n, E.A, sub === state, (await import('@w/ws')).state === state, require('@w/ws').state === state]\n`,
      'tasks/b.cts': `import { state } from '@w/ws'\nstate.n += 10\nexport const run = () => state.n\n`,
      'tasks/c.mjs': `import { state } from '@w/ws/sub'\nstate.n += 100\nexport const run = () => state.n\n`,
    },
    results: { 'a.run': [111, 7, true, true, true], 'b.run': 111, 'c.run': 111 },
  },
  {
    title: 'A helper is one instance however it is named, and one task module may import another.',
    files: {
      'lib/state.ts': 'export const state = { n: 0 }\n',
      'tasks/a.ts': `import { state } from '../lib/state'\nimport { state as js } from '../lib/state.js'\nexport const run = () => [++state.n > 0, state === js]\n`,
      'tasks/b.cjs': `const { state } = require('../lib/state')\nconst a = require('./a')\nexports.run = () => [state === require('../lib/state.ts').state, typeof a.run, a.run()[1]]\n`,
      'tasks/c.ts': `import { run as other } from './a'\nimport { back } from './d'\nexport const run = () => [other()[1], back()]\nexport const c = () => 'c'\n`,
      'tasks/d.ts': `import { c } from './c'\nexport const back = () => c()\n`,
    },
    results: {
      'a.run': [true, true],
      'b.run': [true, 'function', true],
      'c.run': [true, 'c'],
      'c.c': 'c',
      'd.back': 'c',
    },
  },
  {
    title: "import 'offstage' is the running program, from ES modules and CommonJS, installed or not.",
    files: {
      'node_modules/offstage/package.json': '{"name":"offstage","version":"0.0.1","main":"index.js"}',
      'node_modules/offstage/index.js': 'exports.task = () => { throw new Error("another one") }\n',
      'tasks/a.ts': `import { currentJob, task } from 'offstage'\nexport const run = task({ queue: 'q' }, () => currentJob().attempt)\n`,
      'tasks/b.cjs': `const { currentJob } = require('offstage')\nexports.run = () => currentJob().attempt\n`,
      'tasks/c.mjs': `import * as all from 'offstage'\nexport const run = async () => [all === (await import('offstage')), all.currentJob().attempt]\n`,
      'tasks/d.cts': `import { task } from 'offstage'\nexport const run = task({}, async () => 'd')\n`,
    },
    results: { 'a.run': 1, 'b.run': 1, 'c.run': [true, 1], 'd.run': 'd' },
  },
  {
    title: "A package's imports and conditional exports are Node's.",
    files: {
      'package.json': '{"imports":{"#lib/*":"./lib/*","#plain":"./lib/a.ts"}}',
      'lib/a.ts': 'export const a = 1\n',
      'node_modules/dual/package.json': '{"exports":{"import":"./esm.mjs","require":"./cjs.cjs"}}',
      'node_modules/dual/esm.mjs': 'export default "esm"\n',
      'node_modules/dual/cjs.cjs': 'module.exports = "cjs"\n',
      'tasks/a.ts': `import { a } from '#lib/a.ts'\nimport { a as plain } from '#plain'\nimport dual from 'dual'\nexport const run = () => [a, plain, dual]\n`,
      'tasks/b.cts': `const dual = require('dual')\nexport const run = async () => [dual, (await import('dual')).default]\n`,
    },
    results: { 'a.run': [1, 1, 'esm'], 'b.run': ['cjs', 'esm'] },
  },
  {
    title: 'Tests, specs, declarations and files that begin with _ or . are no tasks.',
    files: {
      'tasks/a.ts': 'export const run = () => 1\n',
      'tasks/a.test.ts': 'throw new Error("loaded")\n',
      'tasks/a.spec.ts': 'throw new Error("loaded")\n',
      'tasks/b.spec.mjs': 'throw new Error("loaded")\n',
      'tasks/c.test.cts': 'throw new Error("loaded")\n',
      'tasks/d.d.ts': 'export declare const d: number\n',
      'tasks/_e.ts': 'throw new Error("loaded")\n',
    },
    results: { 'a.run': 1 },
  },
])

test('An ES module of JavaScript in a package without a type is loaded without a warning of Node.', async () => {
  const project = cliProject({
    'package.json': '{ "name": "plain" }',
    'tasks/a.js': "import { n } from '../lib/n.js'\nexport default () => n\n",
    'lib/n.js': 'export const n = 7\n',
  })
  expect(await project.run(['run', 'a'])).toEqual({ stdout: '7\n', stderr: '', exitCode: 0 })
})
