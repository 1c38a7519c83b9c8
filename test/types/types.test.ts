import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { globSync } from 'tinyglobby'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.js'
import { blocksOf } from '../support/page-blocks.js'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const place = temporaryFolder()
afterAll(() => place.remove())

// The older one has the same command as that of the project, so it cannot be installed beside it.
const olderCompiler = 'typescript@~5.9.3'
const compilers = {
  'TypeScript 5.9': join(place.path, 'older/node_modules/typescript/bin/tsc'),
  'TypeScript 7': join(root, 'node_modules/typescript/bin/tsc'),
}

beforeAll(async () => {
  // A project as users have it: the declarations of the package, and no package that only its developers have.
  const installed = join(place.path, 'node_modules/offstage')
  for (const file of ['package.json', ...globSync('dist/src/**/*.d.ts', { cwd: root })]) {
    mkdirSync(dirname(join(installed, file)), { recursive: true })
    cpSync(join(root, file), join(installed, file))
  }
  mkdirSync(join(place.path, 'node_modules/@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types', 'zod', 'vitest', '@vitest', '@types/better-sqlite3']) {
    symlinkSync(join(root, 'node_modules', name), join(place.path, 'node_modules', name))
  }
  cpSync(join(import.meta.dirname, 'fixtures'), place.path, { recursive: true })
  for (const { file, text } of blocks) {
    mkdirSync(dirname(join(place.path, file)), { recursive: true })
    writeFileSync(join(place.path, file), text)
  }
  writeFileSync(join(place.path, 'package.json'), '{ "type": "module" }')
  const folder = join(place.path, 'older')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', olderCompiler], { cwd: folder })
})

/** The TypeScript of these pages; `fixtures/pages.d.ts` has what their text assumes. */
const blocks = ['README.md', 'docs/library.md', 'docs/outbox.md', 'docs/testing.md'].flatMap((page) =>
  blocksOf(page).map(({ file, text }) => ({ file: `${page}/${file}`, text })),
)

const resolutions = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
}
const cases = Object.entries(compilers).flatMap(([name, compiler]) =>
  Object.entries(resolutions).map(([resolution, options]) => ({ name, compiler, resolution, options })),
)

test.each(cases)('$name with $resolution resolution accepts what is right and nothing that is wrong', async (one) => {
  const config = join(place.path, `tsconfig.${one.name.replaceAll(' ', '-')}-${one.resolution}.json`)
  const files = [...readdirSync(join(import.meta.dirname, 'fixtures')), ...blocks.map(({ file }) => file)]
  const common = {
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    // Node runs the programs of the pages as they are.
    allowImportingTsExtensions: true,
  }
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...common, ...one.options }, files }))
  const { stdout } = await run(process.execPath, [one.compiler, '-p', config]).catch((thrown) => thrown)
  expect(stdout).toBe('')
})
