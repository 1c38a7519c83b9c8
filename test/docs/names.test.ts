import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root }).sort()
// An old decision may name what is gone since.
const current = pages.filter((page) => !/^docs\/adr\/\d/.test(page) && page !== 'CHANGELOG.md')

test('Each path that a page names in backticks exists.', () => {
  const isOurs = /^(?:src|commands|test|docs|scripts|bin|bench|examples|\.ci|\.vscode)\/[\w./*-]*$/
  const missing = current.flatMap((page) =>
    [...read(page).matchAll(/`([^`\n]+)`/g)]
      .map(([, text = '']) => text)
      .filter((text) => isOurs.test(text) && globSync(text, { cwd: root, onlyFiles: false, dot: true }).length === 0)
      .map((text) => `${page}: ${text}`),
  )
  expect(missing).toEqual([])
})

test('Each link from a page to another leads to a file, and to a heading if it names one.', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
      .filter(([, path = '', heading]) => {
        const target = path === '' ? page : join(dirname(page), path)
        if (!existsSync(join(root, target))) return true
        return heading !== undefined && !anchorsOf(target).includes(heading)
      })
      .map(([link]) => `${page}: ${link}`),
  )
  expect(broken).toEqual([])
})

function anchorsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('Each type that the glossary names is declared in the source.', () => {
  const source = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n')
  const named = [...read('docs/glossary.md').matchAll(/^- \*\*[^*]+\*\*(?: and \*\*[^*]+\*\*)? \(`(\w+)`\):/gm)]
  expect(named.length).toBeGreaterThan(30)
  const unknown = named
    .map(([, name = '']) => name)
    .filter((name) => !new RegExp(`^(?:export )?(?:abstract )?(?:interface|type|class) ${name}\\b`, 'm').test(source))
  expect(unknown).toEqual([])
})
