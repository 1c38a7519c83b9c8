import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reportFile } from '../../../src/cli/run/report-file.js'
import { temporaryFolder } from '../../support/folder.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const at = (name: string) => join(folder.path, name)

test('Nothing is there before it is written; then all of it, with the usual mode, and nothing else.', () => {
  mkdirSync(at('new'))
  const file = reportFile(at('new/report.xml'), '--junit')
  expect(readdirSync(at('new'))).toEqual([])
  file.write('one')
  file.write('two')
  expect(readdirSync(at('new'))).toEqual(['report.xml'])
  expect(readFileSync(at('new/report.xml'), 'utf8')).toBe('two')
  expect(statSync(at('new/report.xml')).mode & 0o777).toBe(0o666 & ~process.umask())
})

test('An older report is replaced, and a link to it stays a link.', () => {
  writeFileSync(at('old.xml'), '<?xml version="1.0"?><testsuites/>')
  symlinkSync(at('old.xml'), at('link.xml'))
  reportFile(at('link.xml'), '--junit').write('new')
  expect(readFileSync(at('old.xml'), 'utf8')).toBe('new')
})

test.each(['', 'nowhere/x.xml', 'plain/x.xml', 'dir', 'x'.repeat(300), '/dev/null', '/dev/nothing/x'])(
  '%j is refused.',
  (name) => {
    mkdirSync(at('dir'), { recursive: true })
    writeFileSync(at('plain'), '')
    const path = name.startsWith('/') || name === '' ? name : at(name)
    expect(() => reportFile(path, '--junit')).toThrow(expect.objectContaining({ code: 'E_REPORT' }))
  },
)

test('A file that is no report is refused, and stays.', () => {
  writeFileSync(at('package.json'), '{}')
  expect(() => reportFile(at('package.json'), '--junit')).toThrow(/a file is there that is no report/)
  expect(readFileSync(at('package.json'), 'utf8')).toBe('{}')
  writeFileSync(at('pom.xml'), '<?xml version="1.0"?><project/>')
  expect(() => reportFile(at('pom.xml'), '--junit')).toThrow(/no report/)
  for (const text of ['', '<testsuites/>', '\ufeff<?xml?>\n<testsuite>']) {
    writeFileSync(at('old-report'), text)
    expect(() => reportFile(at('old-report'), '--junit')).not.toThrow()
  }
})

test('A write whose place is taken throws, and leaves no half of the file.', () => {
  mkdirSync(at('gone'))
  const file = reportFile(at('gone/report.xml'), '--junit')
  mkdirSync(at('gone/report.xml'))
  expect(() => file.write('text')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  expect(readdirSync(at('gone'))).toEqual(['report.xml'])
})
