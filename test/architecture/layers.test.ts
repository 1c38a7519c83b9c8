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
  /^src\/(open\.ts|store-openers\.ts|project\/|remote\/|compile-cache\.ts|supported-node\.ts|(task|notify|store)-process\.ts|user-code\.ts)/
const layers: readonly Layer[] = [
  // The oldest Node is known to bin/run.js before anything else is loaded, and asked for by all who can be started.
  { files: /^bin\/node-version\./, height: -1 },
  { files: /^src\/domain\//, height: 0 },
  // It writes to stderr, so it is no domain; the engine and the stores use it.
  { files: /^src\/(debug|child-environment|real-timers|machine-zone|make-folder|closed-debugger)\.ts$/, height: 0.5 },
  { files: /^src\/stores\/[^/]+\.ts$/, height: 1 },
  ...['stores/sqlite', 'stores/memory', 'stores/apart', 'stores/bullmq', 'engine'].map((name) => ({
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
  { files: /^src\/http\//, height: 5 },
  // The library: an engine in a program of the user's, in-process tasks beside it, and what tests import.
  { files: /^src\/embedded\//, height: 5 },
  { files: /^src\/background\//, height: 5.5 },
  { files: /^src\/testing\//, height: 5.5 },
  { files: /^src\/index\.ts$/, height: 6 },
  { files: /^commands\//, height: 6 },
  { files: /^bin\//, height: 7 },
]

/** Who may import a package. */
const owners: readonly (readonly [name: RegExp, files: RegExp])[] = [
  [/^@oclif\//, /^(src\/cli(\/|\.ts)|commands\/|bin\/)/],
  [/^better-sqlite3$/, /^src\/stores\/sqlite\//],
  [/^(esbuild|get-tsconfig|jsonc-parser|es-module-lexer|chokidar)$/, /^src\/project\//],
  [/^croner$/, /^src\/domain\/schedule\//],
  [/^cli-table3$/, /^src\/cli\//],
  [/^@opentelemetry\//, /^src\/engine\//],
  [/^(ink|react)$/, /^src\/tui\//],
  [/^vitest$/, /^src\/testing\/vitest\.ts$/],
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
  return names.map((name) => pathOf(file, name))
}

/** The same without what is imported as a type alone. */
function valueImportsOf(file: string): readonly string[] {
  const found = read(file).matchAll(
    /(?:^|\n)\s*(?:import|export)\b(?! type\b)([^'"]*?)\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g,
  )
  return [...found].flatMap(([, names = '', static_, dynamic]) => {
    const items = names
      .replace(/[{}]/g, '')
      .split(',')
      .filter((item) => item.trim() !== '')
    const onlyTypes = items.length > 0 && items.every((item) => item.trim().startsWith('type '))
    return onlyTypes ? [] : [pathOf(file, static_ ?? dynamic ?? '')]
  })
}

function pathOf(file: string, name: string): string {
  return name.startsWith('.') ? relative(root, join(root, dirname(file), name)).replace(/\.js$/, '.ts') : name
}

/** Every file that is met again on a way of imports, each circle once. */
function circles(files: readonly string[], imports = importsOf): readonly string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' -> '))
    if (done.has(file)) return
    done.add(file)
    for (const imported of imports(file)) if (files.includes(imported)) visit(imported, [...way, file])
  }
  for (const file of files) visit(file, [])
  return found
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

test('No imports go in a circle.', () => {
  expect(circles(source.filter((file) => !file.startsWith('bin/')))).toEqual([])
})

// What the command line may use of the engine and the stores, beside their types.
const usedByCli: Readonly<Record<string, string>> = {
  'src/engine/clock.ts': 'Commands pass the time on to use cases and tables.',
  'src/engine/hosts/process-exit.ts': 'The text of how a process ended is the same in errors of the engine.',
  'src/engine/package-root.ts': 'The command line finds its package.json there.',
}

test('The command line uses the engine and the stores through use cases.', () => {
  const used = source
    .filter((file) => /^(src\/cli(\/|\.ts)|commands\/)/.test(file))
    .flatMap((file) => valueImportsOf(file).map((imported) => ({ file, imported })))
    .filter(({ imported }) => /^src\/(engine|stores)\//.test(imported))
  expect(used.filter(({ imported }) => !Object.hasOwn(usedByCli, imported))).toEqual([])
  const exceptions = [...new Set(used.map(({ imported }) => imported))].sort()
  expect(exceptions, 'exceptions that nobody needs any more').toEqual(Object.keys(usedByCli).sort())
})

test('The checks of circles and of values find what they look for.', () => {
  const imports: Readonly<Record<string, readonly string[]>> = { a: ['b'], b: ['c', 'd'], c: ['b'], d: [] }
  expect(circles(Object.keys(imports), (file) => imports[file] ?? [])).toEqual(['b -> c -> b'])
  expect(valueImportsOf('src/open.ts')).toContain('src/stores/memory/store.ts')
  expect(valueImportsOf('src/open.ts')).not.toContain('src/stores/store.ts')
  expect(importsOf('src/open.ts')).toContain('src/stores/store.ts')
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
