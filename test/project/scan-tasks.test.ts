import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { descriptionElsewhere } from '../../src/project/re-exports.js'
import { scanConfig } from '../../src/project/scan-config.js'
import { scanModule, scanTasks } from '../../src/project/scan-tasks.js'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.js'

const scanned = (source: string) => scanModule(source, 'm').map(({ name, description }) => [name, description])
const namesIn = (source: string) => scanModule(source, 'm').map(({ name }) => name)

let folder: TemporaryFolder
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

test.each([
  ['export function a() {}', ['m.a']],
  ['export async function a<T>() {}', ['m.a']],
  ['export default async () => {}', ['m']],
  ['export default function named() {}', ['m']],
  ['export const a = task({ retries: 1 }, run)', ['m.a']],
  ['export const a: Task<[string]> = async (x) => x', ['m.a']],
  ['const a = () => {}\nconst b = a\nexport { a, b as c, b as default }', ['m.a', 'm.c', 'm']],
  ['exports.a = () => {}\nmodule.exports.b = run', ['m.a', 'm.b']],
  ['module.exports = async function () {}', ['m']],
])('%j has the tasks %j.', (source, names) => {
  expect(namesIn(source)).toEqual(names)
})

test.each([
  'export class A {}',
  'export function* a() {}',
  'export async function *a() {}',
  'export default function* () {}',
  'export default class A {}',
  'export const limit = 5',
  "export const text = 'x'",
  'export const options = { a: 1 }',
  'export type A = string',
  'export interface B {}',
  '// export function a() {}',
  "export { type A } from './types.js'",
])('%j has none.', (source) => {
  expect(namesIn(source)).toEqual([])
})

test('The first line of a doc comment describes its task, and no other comment does.', () => {
  const source = `/** Sends a mail. */
export function send() {}
/**
 * Collects the day.
 * More of it.
 */
export const digest = task({}, run)
/* plain */
export const other = task({}, run)
/** Of a constant. */
const x = 1 /* why */
export function bare() {}
/** @internal */
export function tagged() {}
`
  expect(scanned(source)).toEqual([
    ['m.send', 'Sends a mail.'],
    ['m.digest', 'Collects the day.'],
    ['m.other', null],
    ['m.bare', null],
    ['m.tagged', null],
  ])
})

test('Modules and programs of a folder are read, and none of them runs.', () => {
  mkdirSync(join(folder.path, 'billing'))
  writeFileSync(join(folder.path, 'billing/invoice.ts'), 'process.exit(1)\nexport function close() {}')
  writeFileSync(join(folder.path, 'we$ird.ts'), 'export function a() {}')
  writeFileSync(join(folder.path, 'backup.sh'), '#!/bin/sh\n# Copies the photos.\nexit 1\n')
  chmodSync(join(folder.path, 'backup.sh'), 0o755)
  expect(scanTasks(folder.path, '')).toEqual([
    { name: 'billing.invoice.close', description: null },
    { name: 'backup', description: 'Copies the photos.' },
  ])
  expect(scanTasks(folder.path, 'billing.inv')).toHaveLength(1)
  expect(scanTasks(folder.path, 'x')).toEqual([])
})

test('A config that is code is read as text, and does not run.', () => {
  const config =
    "import { x } from './gone.js'\nexport default {\n  tasks: 'jobs',\n  store: \"sqlite:data/q.db\",\n}\n"
  writeFileSync(join(folder.path, 'offstage.config.ts'), config)
  expect(scanConfig(folder.path)).toEqual({ root: folder.path, tasks: 'jobs', store: 'sqlite:data/q.db' })
  writeFileSync(join(folder.path, 'offstage.config.ts'), 'export default { tasks: here + `/x` }\n')
  expect(scanConfig(folder.path)).toEqual({ root: folder.path, tasks: 'tasks', store: null })
})

test('A config that is data is read as it is.', () => {
  writeFileSync(join(folder.path, 'offstage.config.json'), '{ "tasks": "work" } // why')
  expect(scanConfig(folder.path)).toMatchObject({ tasks: 'work', store: null })
})

test('What a module exports from another one has the description that it has there.', () => {
  writeFileSync(
    join(folder.path, '_all.ts'),
    '/** Sends. */\nexport const send = () => {}\n/** Reads. */\nexport function read() {}',
  )
  writeFileSync(join(folder.path, 'mail.ts'), "export { send, read as get } from './_all.js'\n")
  writeFileSync(join(folder.path, 'whole.ts'), "export * from './_all.ts'\n")
  const descriptions = scanTasks(folder.path, '').map(({ name, description }) => [name, description])
  expect(descriptions).toEqual([
    ['mail.send', 'Sends.'],
    ['mail.get', 'Reads.'],
  ])
  const [mail, whole] = ['mail.ts', 'whole.ts'].map((name) => join(folder.path, name)) as [string, string]
  expect(descriptionElsewhere(mail, readFileSync(mail, 'utf8'), 'get')).toBe('Reads.')
  expect(descriptionElsewhere(whole, readFileSync(whole, 'utf8'), 'read')).toBe('Reads.')
  expect(descriptionElsewhere(whole, readFileSync(whole, 'utf8'), 'gone')).toBeNull()
})
