import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

// Imports go down only. Two layers of one height do not see each other, but where one lists the other.
interface Layer {
  readonly files: RegExp
  readonly height: number
  readonly sees?: RegExp
}
const ground =
  /^src\/(open\.ts|project\/|background\/|remote\/|index\.ts|testing\/|compile-cache\.ts|supported-node\.ts|task-process\.ts|user-code\.ts)/
const layers: readonly Layer[] = [
  // The oldest Node is known to bin/run.js before anything else is loaded, and asked for by all who can be started.
  { files: /^bin\/node-version\./, height: -1 },
  { files: /^src\/domain\//, height: 0 },
  { files: /^src\/stores\/[^/]+\.ts$/, height: 1 },
  ...['stores/sqlite', 'stores/memory', 'stores/bullmq', 'engine'].map((name) => ({
    files: new RegExp(`^src/${name}/`),
    height: 2,
  })),
  { files: ground, height: 3, sees: ground },
  // What every reader shows: it knows no project and opens no store.
  { files: /^src\/views\//, height: 3 },
  // What commands, monitors and probes do, without a terminal.
  { files: /^src\/app\//, height: 4 },
  { files: /^src\/(cli\/|cli\.ts)/, height: 5 },
  { files: /^src\/tui\//, height: 5 },
  { files: /^commands\//, height: 6 },
  { files: /^bin\//, height: 7 },
]

/** Who may import a package. */
const owners: readonly (readonly [name: RegExp, files: RegExp])[] = [
  [/^@oclif\//, /^(src\/cli(\/|\.ts)|commands\/|bin\/)/],
  [/^better-sqlite3$/, /^src\/stores\/sqlite\//],
  [/^(esbuild|get-tsconfig|es-module-lexer|chokidar)$/, /^src\/project\//],
  [/^croner$/, /^src\/domain\/schedule\//],
  [/^cli-table3$/, /^src\/cli\//],
  [/^(ink|react)$/, /^src\/tui\//],
  [/^(bullmq|ioredis)$/, /^src\/(stores\/bullmq|remote)\//],
]

const filesOf = (...folders: string[]) =>
  globSync(
    folders.map((folder) => `${folder}/**/*.{ts,tsx,js}`),
    { cwd: root, ignore: ['**/fixtures/**'] },
  ).sort()
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const layerOf = (file: string) => layers.find((layer) => layer.files.test(file))

/** What a file imports, types and `import()` included: files as paths from the root, packages as their names. */
function importsOf(file: string): readonly string[] {
  const found = read(file).matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"]*?\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g,
  )
  const names = [...found].map((match) => match[1] ?? match[2] ?? '')
  return names.map((name) =>
    name.startsWith('.') ? relative(root, join(root, dirname(file), name)).replace(/\.js$/, '.ts') : name,
  )
}

function mayImport(file: string, imported: string): boolean {
  const owner = owners.find(([name]) => name.test(imported.replace(/^(@[^/]+\/[^/]+|[^@/][^/]*)\/.*$/, '$1')))
  if (owner !== undefined) return owner[1].test(file)
  const [from, to] = [layerOf(file), layerOf(imported)]
  if (from === undefined || to === undefined || from === to) return true
  return to.height < from.height || (to.height === from.height && from.sees?.test(imported) === true)
}

const source = filesOf('src', 'commands', 'bin')

test('Every file is in a layer.', () => {
  expect(source.filter((file) => layerOf(file) === undefined)).toEqual([])
})

test('Imports go down only, and packages are imported only by who owns them.', () => {
  const wrong = source.flatMap((file) =>
    importsOf(file)
      .filter((imported) => !mayImport(file, imported))
      .map((imported) => `${file} imports ${imported}`),
  )
  expect(wrong).toEqual([])
})

test('The rules are seen to bite.', () => {
  expect(importsOf('src/stores/sqlite/store.ts')).toEqual(
    expect.arrayContaining([
      'better-sqlite3',
      'src/domain/clock.ts',
      'src/stores/store.ts',
      'src/stores/sqlite/claim.ts',
    ]),
  )
  expect(importsOf('src/open.ts')).toContain('src/stores/memory/store.ts')
  expect(mayImport('src/domain/job.ts', 'src/stores/store.ts')).toBe(false)
  expect(mayImport('src/stores/memory/store.ts', 'src/stores/sqlite/rows.ts')).toBe(false)
  expect(mayImport('src/engine/runner.ts', 'src/stores/sqlite/store.ts')).toBe(false)
  expect(mayImport('src/engine/runner.ts', '@oclif/core/errors')).toBe(false)
  expect(mayImport('src/open.ts', 'src/stores/sqlite/store.ts')).toBe(true)
})

test('A file in commands/ is one command, in at most 80 lines.', () => {
  const commands = filesOf('commands')
  expect(commands.filter((file) => read(file).trimEnd().split('\n').length > 80)).toEqual([])
  const exportsOf = (file: string) => read(file).match(/^export .*/gm) ?? []
  const wrong = commands.filter(
    (file) => exportsOf(file).length !== 1 || !/^export default class /.test(exportsOf(file)[0] ?? ''),
  )
  expect(wrong).toEqual([])
})

test('No file is over 400 lines.', () => {
  const files = [...source, ...filesOf('test', 'bench')]
  expect(files.filter((file) => read(file).trimEnd().split('\n').length > 400)).toEqual([])
})

test('Time is passed in: nobody reads the clock on the wall but clock.ts.', () => {
  const readers = source.filter((file) => file.startsWith('src/') && /\bDate\.now\b|new Date\(\)/.test(read(file)))
  expect(readers.filter((file) => !/(^|\/)clock\.ts$/.test(file))).toEqual([])
})

test('Use cases and views know no terminal.', () => {
  const files = source.filter((file) => /^src\/(app|views)\//.test(file))
  expect(files.length).toBeGreaterThan(10)
  expect(files.filter((file) => /process\.(std(in|out|err)|exit)/.test(read(file)))).toEqual([])
})

test('Every command reads its command line by the same reader.', () => {
  const other = filesOf('commands').filter((file) => !/ extends (Base|Data)Command \{/.test(read(file)))
  expect(other).toEqual([])
})
