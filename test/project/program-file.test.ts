import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isMeantAsProgram, programFault } from '../../src/project/program-file.js'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.js'

let folder: TemporaryFolder
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

function file(name: string, content: string, mode: number): string {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

describe('a file that is meant as a program', () => {
  test.each([
    ['a.sh', '#!/bin/sh\n', 0o755],
    ['a', '#!/usr/bin/env node\n', 0o755],
    ['a.bin', '\u007fELF rest', 0o755],
    ['a.exe', '#!/bin/sh\n', 0o700],
  ])('%s with %j and mode %i can run.', (name, content, mode) => {
    const path = file(name, content, mode)
    expect(isMeantAsProgram(path)).toBe(true)
    expect(programFault(path)).toBeNull()
  })

  test.each([
    ['a.sh', '#!/bin/sh\n', 0o644, 'without its run bit: chmod +x '],
    ['a', '\u007fELF rest', 0o644, 'without its run bit'],
    ['a.sh', 'echo 1\n', 0o755, 'does not begin with #!'],
    ['a.py', '#!/bin/sh\r\necho 1\r\n', 0o755, 'CR LF'],
    ['a.rb', '#!/opt/gone/ruby -w\n', 0o755, '/opt/gone/ruby is not there'],
    ['a.pl', '#!/usr/bin/env no-such-program\n', 0o755, 'no-such-program is not there'],
  ])('%s with %j and mode %i is reported.', (name, content, mode, fault) => {
    const path = file(name, content, mode)
    expect(isMeantAsProgram(path)).toBe(true)
    expect(programFault(path)).toContain(fault)
  })

  test.each([
    ['a.txt', 'text', 0o644],
    ['a.csv', 'text', 0o755], // as on a disk of Windows, where every file has its run bit
    ['README', 'text', 0o755],
    ['lib.py', 'def a(): pass\n', 0o644],
    ['a.md', '#!/bin/sh\n', 0o644],
    ['empty', '', 0o755],
  ])('%s with %j and mode %i is none.', (name, content, mode) => {
    expect(isMeantAsProgram(file(name, content, mode))).toBe(false)
  })

  test('A folder and a file that is gone are none.', () => {
    expect(isMeantAsProgram(folder.path)).toBe(false)
    expect(isMeantAsProgram(join(folder.path, 'gone.sh'))).toBe(false)
  })
})
