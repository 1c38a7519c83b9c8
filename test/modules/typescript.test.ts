import { moduleTable, testedOn } from './module-table.js'

const legacy = JSON.stringify({ compilerOptions: { experimentalDecorators: true } })

testedOn()

moduleTable([
  {
    title: 'A module that throws what is no error is named with that.',
    files: { 'tasks/a.mjs': 'export const run = () => 1\n', 'tasks/odd.mjs': 'throw { code: 7 }\n' },
    results: { 'a.run': 1 },
    faults: { 'tasks/odd.mjs': /thrown value: \{"code":7\}/ },
  },
  {
    title: 'Legacy decorators decorate classes, methods, properties and parameters.',
    files: {
      'tsconfig.json': legacy,
      'tasks/a.ts': `const seen: unknown[] = []
function column(): PropertyDecorator { return (target, key) => { seen.push(['property', typeof target, key]) } }
function method(target: object, key: string, descriptor: PropertyDescriptor) { seen.push(['method', key, Object.keys(descriptor).sort(), typeof descriptor.value]) }
function param(target: object, key: string | undefined, index: number) { seen.push(['parameter', key, index]) }
function sealed(target: new (...args: never[]) => object) { seen.push(['class', target.name]) }
@sealed
class User {
  @column() id!: number
  @method go(@param x: number) { return x }
}
export const run = () => [seen, new User().go(1), 'id' in new User()]
`,
    },
    results: {
      'a.run': [
        [
          ['property', 'object', 'id'],
          ['parameter', 'go', 0],
          ['method', 'go', ['configurable', 'enumerable', 'value', 'writable'], 'function'],
          ['class', 'User'],
        ],
        1,
        true,
      ],
    },
  },
  {
    title: 'Standard decorators decorate where the tsconfig asks for no others.',
    files: {
      'tasks/a.ts': `const seen: unknown[] = []
const note = (_: unknown, { kind, name }: { kind: string; name: string | symbol }) => { seen.push([kind, String(name)]) }
const twice = (value: (x: number) => number, _: ClassMethodDecoratorContext) => (x: number) => value(x) * 2
@(note as never) class User {
  @(note as never) id = 1
  @(note as never) accessor age = 2
  @twice double(x: number) { return x }
}
export const run = () => [seen, new User().double(4), new User().age]
`,
    },
    results: {
      'a.run': [
        [
          ['accessor', 'age'],
          ['field', 'id'],
          ['class', 'User'],
        ],
        8,
        2,
      ],
    },
  },
  {
    title: 'accessor, enums, const enums, namespaces, parameter properties and satisfies compile.',
    files: {
      'tasks/a.ts': `import type { Missing } from './nowhere.js'
class A { accessor x = 3; constructor(readonly y: number, private z = 1) {} get sum() { return this.y + this.z } }
export enum Color { Red = 5, Blue }
const enum Size { Large = 'L' }
namespace N { export const inner = 9 }
const config = { a: 1 } satisfies Record<string, number>
export function run(_?: Missing) { return [new A(4).x, new A(4).sum, Color.Blue, Color[5], Size.Large, N.inner, config.a] }
`,
    },
    results: { 'a.run': [3, 5, 6, 'Red', 'L', 9, 1] },
  },
  {
    title: 'using and await using dispose at the end of their scope, at the top level too.',
    files: {
      'tasks/a.ts': `const log: string[] = []
using top = { name: 'top', [Symbol.dispose]() { log.push('top') } }
export async function run() {
  {
    using a = { [Symbol.dispose]() { log.push('a') } }
    await using b = { async [Symbol.asyncDispose]() { log.push('b') } }
  }
  return [top.name, log]
}
export const other = () => 'there'
`,
    },
    results: { 'a.run': ['top', ['top', 'b', 'a']], 'a.other': 'there' },
  },
  {
    title: 'Functions and classes keep their names.',
    files: {
      'tasks/a.ts': `import { task } from 'offstage'
export const named = task({}, async function named() { return named.name })
class HttpError extends Error {}
export const inner = () => { const HttpError2 = HttpError; return [HttpError2.name, (() => {}).name] }
`,
    },
    results: { 'a.named': 'named', 'a.inner': ['HttpError', ''] },
  },
  {
    title: 'A top-level await, a BOM, CRLF and a first line with #! are no obstacle.',
    files: {
      'tasks/await.ts': `const value: number = await Promise.resolve(7)\nexport const run = () => value\n`,
      'tasks/bom.ts': `\ufeffexport const run = (): string => 'bom'\n`,
      'tasks/crlf.ts': `interface A {\r\n  a: 1\r\n}\r\nexport const run = (): A => ({ a: 1 })\r\n`,
      'tasks/shebang.ts': `#!/usr/bin/env tsx\nexport const run = (): string => 'shebang'\n`,
    },
    results: { 'await.run': 7, 'bom.run': 'bom', 'crlf.run': { a: 1 }, 'shebang.run': 'shebang' },
  },
  {
    title: 'import.meta names the source; require, __dirname and __filename are there where tsc would write CommonJS.',
    files: {
      'tasks/a.ts': `import { basename } from 'node:path'
export const run = () => [basename(import.meta.filename), import.meta.url.endsWith('/tasks/a.ts'), basename(import.meta.dirname)]
export const cjs = () => [basename(__filename), basename(__dirname), require('./_data.json').k, typeof require.resolve]
`,
      'tasks/_data.json': '{"k":1}',
      'esm/package.json': '{"type":"module"}',
      'esm/names.ts': 'export const names = () => [typeof require, typeof __dirname]\n',
      'tasks/b.ts': `export { names } from '../esm/names.js'\n`,
    },
    results: {
      'a.run': ['a.ts', true, 'tasks'],
      'a.cjs': ['a.ts', 'tasks', 1, 'function'],
      'b.names': ['undefined', 'undefined'],
    },
  },
  {
    title: 'A module that declares require, __filename or __dirname has its own.',
    files: {
      'tasks/a.ts': `import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
const __filename = fileURLToPath(import.meta.url)
const require = createRequire(import.meta.url)
export const run = () => [basename(__filename), basename(__dirname), typeof require('node:fs').statSync]
`,
      'tasks/b.ts': `import { basename } from 'node:path'
const own = (__dirname: string) => __dirname
export const run = () => [own('mine'), basename(__filename)]
`,
    },
    results: { 'a.run': ['a.ts', 'tasks', 'function'], 'b.run': ['mine', 'b.ts'] },
  },
  {
    title: 'A helper in JSX or TSX compiles.',
    files: {
      'tsconfig.json': JSON.stringify({ compilerOptions: { jsx: 'react', jsxFactory: 'h' } }),
      'lib/view.tsx': `const h = (tag: string, props: object | null, ...children: unknown[]) => ({ tag, props, children })
export const view = (name: string) => <b id="x">{name}</b>
`,
      'tasks/a.ts': `import { view } from '../lib/view'\nexport const run = () => view('Ada')\n`,
    },
    results: { 'a.run': { tag: 'b', props: { id: 'x' }, children: ['Ada'] } },
  },
  {
    title: 'A syntax error is a fault with its line and column; text that is not TypeScript names the place.',
    files: {
      'tasks/syntax.ts': 'interface A {\n  a: 1\n}\nexport const run = () => ({ a: \n',
      'tasks/good.ts': 'export const run = () => 1\n',
      'tasks/outer.mjs': `export * from './plain.mjs'\n`,
      'tasks/plain.mjs': 'export const a = 1\nexport const run = () => ((\n',
    },
    results: { 'good.run': 1 },
    faults: {
      'tasks/syntax.ts': /^tasks\/syntax\.ts:5:1: Unexpected end of file/,
      'tasks/plain.mjs': /^tasks\/plain\.mjs:3:1: Unexpected end of file/,
      'tasks/outer.mjs': /^tasks\/plain\.mjs:3:1: Unexpected end of file/,
    },
  },
])
