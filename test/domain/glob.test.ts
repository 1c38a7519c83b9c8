import { describe, expect, test } from 'vitest'
import { isGlob, matchesGlob } from '../../src/domain/glob.js'

describe('Globs', () => {
  test('Only * and ? make one; they are in no name.', () => {
    expect(['smoke.*', '*', 'a?c'].map(isGlob)).toEqual([true, true, true])
    expect(['smoke.db', 'a[bc]', 'a.b', ''].map(isGlob)).toEqual([false, false, false, false])
  })

  test.each([
    ['smoke.*', 'smoke.db'],
    ['smoke.*', 'smoke.db.replica'], // dots included
    ['smoke.*', 'smoke.'],
    ['*', 'anything.at:all'],
    ['**', 'x'],
    ['*.check', 'a.check.check'],
    ['smoke.?b', 'smoke.db'],
    ['*b*b', 'abab'],
    ['a*', 'a'],
  ])('%s matches %s.', (glob, name) => {
    expect(matchesGlob(glob, name)).toBe(true)
  })

  test.each([
    ['smoke.*', 'smoke'],
    ['smoke.*', 'smokexdb'], // a dot is a dot
    ['smoke.*', 'my.smoke.db'],
    ['smoke.?', 'smoke.'],
    ['smoke.?', 'smoke.db'],
    ['*.check', 'a.checks'],
    ['[a]*', 'a'],
    ['SMOKE.*', 'smoke.db'],
  ])('%s does not match %s.', (glob, name) => {
    expect(matchesGlob(glob, name)).toBe(false)
  })

  test('Many stars do not take long.', () => {
    expect(matchesGlob(`${'*a'.repeat(40)}*b`, 'a'.repeat(128))).toBe(false)
  })
})
