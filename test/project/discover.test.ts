import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { discoverModules } from '../../src/project/discover.js'
import { temporaryFolder } from '../support/folder.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

function tasksFolder(name: string, ...files: readonly string[]): string {
  const root = join(folder.path, name, 'tasks')
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
  return root
}
const prefixes = (root: string) => discoverModules(root).modules.map(({ prefix }) => prefix)

describe('discovering modules', () => {
  test("A module is named by its path with dots, without its extension; index takes its folder's name.", () => {
    const root = tasksFolder(
      'names',
      'email.ts',
      'billing/invoice.ts',
      'billing/index.mts',
      'a.b.ts',
      'index.js',
      'x/index/y.cjs',
    )
    expect(discoverModules(root).modules.map(({ file, prefix }) => [file.slice(root.length + 1), prefix])).toEqual([
      ['a.b.ts', 'a.b'],
      ['billing/index.mts', 'billing'],
      ['billing/invoice.ts', 'billing.invoice'],
      ['email.ts', 'email'],
      ['index.js', 'tasks'],
      ['x/index/y.cjs', 'x.index.y'],
    ])
  })

  test('Six extensions are modules; everything else is none.', () => {
    const good = ['a.ts', 'b.mts', 'c.cts', 'd.js', 'e.mjs', 'f.cjs']
    const bad = ['g.tsx', 'h.json', 'i.md', 'j.ts.bak', 'k', 'l.d.ts', 'm.d.mts', 'n.d.cts', 'o.py']
    expect(prefixes(tasksFolder('extensions', ...good, ...bad))).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  test('A link to nowhere is a fault that names where it leads.', () => {
    const root = tasksFolder('nowhere', 'a.ts')
    symlinkSync('nowhere.ts', join(root, 'broken.ts'))
    const { faults } = discoverModules(root)
    expect(faults).toEqual([
      {
        file: join(root, 'broken.ts'),
        message: `${join(root, 'broken.ts')}: a link to nowhere.ts, which is not there`,
      },
    ])
    expect(prefixes(root)).toEqual(['a'])
  })

  test('What begins with _ or ., tests and installed packages are no tasks.', () => {
    const none = [
      '_helper.ts',
      '.hidden.ts',
      '_lib/a.ts',
      '.git/b.js',
      'a.test.ts',
      'a.test.mjs',
      'node_modules/x/index.js',
      'deep/_x.ts',
    ]
    expect(prefixes(tasksFolder('none', ...none, 'test.ts', 'contest.ts', 'a_b.ts'))).toEqual([
      'a_b',
      'contest',
      'test',
    ])
  })

  test('A link to a folder or a file is followed; one that leads nowhere is passed over.', () => {
    const root = tasksFolder('links', 'own.ts')
    const elsewhere = tasksFolder('elsewhere', 'other.ts')
    symlinkSync(elsewhere, join(root, 'linked'))
    symlinkSync(join(elsewhere, 'other.ts'), join(root, 'file.ts'))
    symlinkSync('/nonexistent', join(root, 'nowhere'))
    symlinkSync('itself', join(root, 'itself'))
    expect(discoverModules(root).faults).toEqual([])
    expect(prefixes(root)).toEqual(['file', 'linked.other', 'own'])
  })

  test('A link to a folder that it is in is a fault, and the rest is found.', () => {
    const root = tasksFolder('circle', 'own.ts', 'deep/a.ts')
    symlinkSync('..', join(root, 'deep/up'))
    expect(prefixes(root)).toEqual(['deep.a', 'own'])
    const file = join(root, 'deep/up')
    expect(discoverModules(root).faults).toEqual([{ file, message: `${file}: a link to a folder that it is in` }])
  })
})
