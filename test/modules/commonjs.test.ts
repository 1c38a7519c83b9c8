import { moduleTable, testedOn } from './module-table.js'

const esModule = `"use strict";\nObject.defineProperty(exports, '__esModule', { value: true });\n`
const pkg = {
  'node_modules/cjs-pkg/package.json': '{"name":"cjs-pkg","main":"index.js"}',
  'node_modules/cjs-pkg/index.js': 'exports.a = 1\nmodule.exports.b = 2\n',
}

testedOn()

moduleTable([
  {
    title: 'Compiled CommonJS: exports.default beside others, with and without __esModule, in .js and .cjs.',
    files: {
      'tasks/a.js': `${esModule}exports.default = function () { return 'default' };\nexports.run = () => 'run'\n`,
      'tasks/b.cjs': `${esModule}exports.default = () => 'default';\nexports.run = () => 'run'\n`,
      'tasks/c.js': `exports.default = () => 'default'\nexports.run = () => 'run'\n`,
      'tasks/d.cjs': `exports.default = () => 'default'\nexports.run = () => 'run'\n`,
    },
    results: {
      a: 'default',
      'a.run': 'run',
      b: 'default',
      'b.run': 'run',
      c: 'default',
      'c.run': 'run',
      d: 'default',
      'd.run': 'run',
    },
  },
  {
    title: 'CommonJS: a function with others as its properties; those that task() gives it are none.',
    files: {
      'tasks/a.js': `module.exports = () => 'default'\nmodule.exports.other = () => 'other'\n`,
      'tasks/b.cjs': `const main = () => 'default'\nmain.other = () => 'other'\nmain.default = main\nmain.n = 1\nmodule.exports = main\n`,
      'tasks/c.cjs': `const { task } = require('offstage')\nmodule.exports = task({}, () => 'wrapped')\n`,
    },
    results: { a: 'default', 'a.other': 'other', b: 'default', 'b.other': 'other', c: 'wrapped' },
  },
  {
    title: 'An ES module in a package of CommonJS is a fault that says what to do.',
    files: {
      'package.json': '{ "type": "commonjs" }',
      'tasks/a.js': `export const run = () => 1\n`,
      'tasks/b.js': `exports.run = () => 1\n`,
    },
    results: { 'b.run': 1 },
    faults: {
      'tasks/a.js': /^tasks\/a\.js: is an ES module, and its package\.json says "type": "commonjs"; say "module"/,
    },
  },
  {
    title: 'Compiled CommonJS: exports made in a loop, by Object.assign, by getters and by a spread are tasks.',
    files: {
      'tasks/loop.cjs': `for (const name of ['one', 'two']) exports[name] = () => name\n`,
      'tasks/assign.js': `Object.assign(exports, { run: () => 'assigned' })\n`,
      'tasks/getter.js': `${esModule}Object.defineProperty(exports, 'run', { enumerable: true, get: function () { return () => 'got' } });\n`,
      'tasks/spread.cjs': `const helpers = { one: () => 1 }\nmodule.exports = { ...helpers, two: () => 2 }\n`,
      'tasks/star.js': `${esModule}
var __exportStar = (m, exports) => { for (var p in m) if (p !== 'default') Object.defineProperty(exports, p, { enumerable: true, get: () => m[p] }) };
__exportStar(require('./_helper.js'), exports);\n`,
      'tasks/_helper.js': 'exports.deep = () => "deep"\n',
    },
    results: {
      'loop.one': 'one',
      'loop.two': 'two',
      'assign.run': 'assigned',
      'getter.run': 'got',
      'spread.one': 1,
      'spread.two': 2,
      'star.deep': 'deep',
    },
  },
  {
    title: 'module.exports may be a function, and may be assigned anew.',
    files: {
      'tasks/fn.js': 'module.exports = (x = 1) => ["fn", x]\n',
      'tasks/both.cjs': 'module.exports = async function () { return "whole" }\nmodule.exports.helper = 1\n',
      'tasks/object.js': 'exports.lost = () => 0\nmodule.exports = { run: () => "object" }\n',
    },
    results: { fn: ['fn', 1], both: 'whole', 'object.run': 'object' },
  },
  {
    title: 'CommonJS in TypeScript: .cts, module.exports, export =, import = require().',
    files: {
      'tasks/a.cts': `import { basename } from 'node:path'\nimport { shared } from '../lib/shared.js'\nexport const run = (): unknown => [basename(__filename), shared.n]\nexport default (): string => 'default'\n`,
      'tasks/b.ts': `const { shared } = require('../lib/shared')\nmodule.exports = { run: () => [typeof __dirname, shared.n] }\n`,
      'tasks/c.ts': `import path = require('node:path')\nconst run = (): string => path.basename('/x/y')\nexport = { run }\n`,
      'tasks/d.ts': `import { named } from '../lib/old.cjs'\nimport whole from '../lib/old.cjs'\nexport const run = () => [named, whole.named]\n`,
      'lib/shared.ts': 'export const shared = { n: 5 }\n',
      'lib/old.cts': `const named: string = 'old'\nexport { named }\n`,
    },
    results: { 'a.run': ['a.cts', 5], a: 'default', 'b.run': ['string', 5], 'c.run': 'y', 'd.run': ['old', 'old'] },
  },
  {
    title: 'import() of a CommonJS package has a default, whatever other tasks import statically.',
    files: {
      ...pkg,
      'tasks/a.ts': `import { a } from 'cjs-pkg'\nexport const run = () => a\n`,
      'tasks/b.ts': `const keys = async () => { const all = await import('cjs-pkg'); return [all.default.b, 'a' in all, 'b' in all] }\nexport const run = keys\n`,
      'tasks/c.mjs': `export const run = async () => (await import('cjs-pkg')).default\n`,
      'tasks/d.cjs': `exports.run = async () => (await import('cjs-pkg')).default\n`,
    },
    results: { 'a.run': 1, 'b.run': [2, true, true], 'c.run': { a: 1, b: 2 }, 'd.run': { a: 1, b: 2 } },
  },
  {
    title: 'JSON: imported statically, by import() and by require(), with and without an attribute.',
    files: {
      'lib/data.json': '{"k":[1]}',
      'tasks/a.ts': `import data from '../lib/data.json'\nexport const run = () => data\n`,
      'tasks/b.ts': `import data from '../lib/data.json' with { type: 'json' }\nexport const run = async () => [data.k, (await import('../lib/data.json')).default, (await import('../lib/data.json', { with: { type: 'json' } })).default]\n`,
      'tasks/c.cjs': `exports.run = () => require('../lib/data.json')\n`,
      'tasks/d.mjs': `export const run = async () => (await import('../lib/data.json')).default\n`,
      'tasks/e.cts': `import data from '../lib/data.json'\nexport const run = () => data\n`,
    },
    results: {
      'a.run': { k: [1] },
      'b.run': [[1], { k: [1] }, { k: [1] }],
      'c.run': { k: [1] },
      'd.run': { k: [1] },
      'e.run': { k: [1] },
    },
  },
  {
    title: 'require() takes ES modules in TypeScript; one with a top-level await is refused as Node refuses it.',
    files: {
      'lib/esm.mts': 'export const value: number = 3\n',
      'lib/waits.mts': 'export const value = await Promise.resolve(1)\n',
      'tasks/a.cjs': `const { value } = require('../lib/esm.mts')\nexports.run = () => value\n`,
      'tasks/b.cjs': `const { value } = require('../lib/waits.mts')\nexports.run = () => value\n`,
    },
    results: { 'a.run': 3 },
    faults: { 'tasks/b.cjs': /^tasks\/b\.cjs(:1)?: require\(\) cannot be used on an ESM graph with top-level await/ },
  },
  {
    title: 'The type of the nearest package.json decides for .js, and the syntax where there is none.',
    files: {
      'tasks/detected.js': 'export const run = () => typeof module\n',
      'tasks/required.js': 'exports.run = () => typeof module\n',
      'tasks/esm/package.json': '{"type":"module"}',
      'tasks/esm/a.js': 'export const run = () => typeof module\n',
      'tasks/esm/b.ts': 'export const run = () => typeof module\n',
      'tasks/cjs/package.json': '{"type":"commonjs"}',
      'tasks/cjs/a.js': 'exports.run = () => typeof module\n',
      'tasks/cjs/b.js': 'export const run = () => 1\n',
      'tasks/cjs/c.ts': 'export const run = () => 1\n',
    },
    results: {
      'detected.run': 'undefined',
      'required.run': 'object',
      'esm.a.run': 'undefined',
      'esm.b.run': 'undefined',
      'cjs.a.run': 'object',
      'cjs.c.run': 1,
    },
    faults: { 'tasks/cjs/b.js': /^tasks\/cjs\/b\.js: is an ES module, and its package\.json says "type": "commonjs"/ },
  },
])
