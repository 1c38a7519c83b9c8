import { moduleTable, testedOn } from './module-table.js'

testedOn()

moduleTable([
  {
    title: 'Stacks have the lines and columns of the source, in every kind of module.',
    files: {
      'lib/thrower.ts': `export interface A {\n  a: 1\n}\n\nexport function thrower(): never {   throw new Error('deep') }\n`,
      'tasks/a.ts': `interface X { a: number


  b: number }
enum E { A }
export function run(): X {
  const x: X = { a: E.A, b: 2 };   throw new Error(String(x.b))
}
export async function later() { await null; const y = 1 as number;   throw new RangeError(\`\${y}\`) }
`,
      'tasks/b.cts': `import { thrower } from '../lib/thrower'\n\ntype T = number\nexport const run = (): T =>   thrower()\n`,
      'tasks/c.mjs': `export function run() {\n  const a = 1;   throw new Error(String(a))\n}\n`,
      'tasks/d.cjs': `exports.run = function run() {\n  const a = 1;   throw new Error(String(a))\n}\n`,
      'tasks/e.ts': `/** Uses what only CommonJS has. */\ntype Y = string\nexport function run(): Y { if (__dirname)   throw new Error('cjs names') ; return '' }\n`,
      'tasks/sp ace.mjs': 'throw new Error("space")\n',
    },
    stacks: {
      'a.run': 'at run (tasks/a.ts:7:42)',
      'a.later': /at (?:async )?later \(tasks\/a\.ts:9:76\)/,
      'b.run': /at thrower \(lib\/thrower\.ts:5:44\)[\s\S]*at run \(tasks\/b\.cts:4:31\)/,
      'c.run': 'at run (tasks/c.mjs:2:24)',
      'd.run': /at (?:exports\.)?run \(tasks\/d\.cjs:2:24\)/,
      'e.run': 'at run (tasks/e.ts:3:51)',
    },
    faults: { 'tasks/sp ace.mjs': /^tasks\/sp ace\.mjs:1: space/ },
  },
  {
    title: 'A module that throws while it loads is a fault with the line of the source.',
    files: {
      'tasks/a.ts': `interface X {\n  a: 1\n}\nexport const run = () => 1\nnew URL('no url' as string)\n`,
      'tasks/b.mjs': `export const run = () => 1\n\nthrow new Error('at the top')\n`,
      'tasks/c.cjs': `exports.run = () => 1\n\n\nthrow new Error('at the top')\n`,
      'tasks/d.ts': `import '../lib/fails.js'\nexport const run = () => 1\n`,
      'tasks/good.ts': 'export const run = () => 1\n',
      'lib/fails.ts': `type A = 1\n\nthrow new Error('in a helper')\n`,
    },
    results: { 'good.run': 1 },
    faults: {
      'tasks/a.ts': /^tasks\/a\.ts:5: Invalid URL/,
      'tasks/b.mjs': /^tasks\/b\.mjs:3: at the top/,
      'tasks/c.cjs': /^tasks\/c\.cjs:4: at the top/,
      'tasks/d.ts': /^lib\/fails\.ts:3: in a helper/,
    },
  },
])
