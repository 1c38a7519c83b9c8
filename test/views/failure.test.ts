import { expect, test } from 'vitest'
import { foldError } from '../../src/domain/failure-group.js'
import { shownFailure } from '../../src/views/failure.js'

const groupOf = (message: string) => ({ error: foldError({ name: 'Error', message }) })

test('A secret of the arguments is masked, though its numbers are folded.', () => {
  const group = groupOf('no route to hunter42:99 for ada')
  const sample = { task: 'mail.send', argsJson: '[{"user":"ada","password":"hunter42"}]' }
  expect(group.error).toBe('Error: no route to hunter# for ada')
  expect(shownFailure(group, sample, [])).toBe('Error: no route to *** for ada')
  expect(shownFailure(group, { task: 'mail.send', argsJson: '[{"pin":"hunter42"}]' }, [])).toContain('hunter#')
  expect(shownFailure(group, { task: 'mail.send', argsJson: '[{"pin":"hunter42"}]' }, ['pin'])).toContain('***')
})

test('Where the job is gone, nobody knows what is secret: the name of the error is left.', () => {
  expect(shownFailure(groupOf('no route to hunter42\nat home'), null, [])).toBe('Error')
  expect(shownFailure({ error: '' }, null, [])).toBe('')
})

test('A long error is cut between words, so that no part of a secret is left.', () => {
  const secret = 'correct-horse-battery-staple'
  const sample = { task: 'mail.send', argsJson: JSON.stringify([{ password: secret }]) }
  for (let before = 150; before < 192; before += 1) {
    const text = shownFailure(groupOf(`${'x'.repeat(before)} ${secret} refused`), sample, [])
    expect(text).toMatch(/^Error: x+( \*\*\*( refused)?)?$/)
  }
  // Numbers make the folded text shorter: the message itself is cut too.
  const digits = `${'1'.repeat(780)} ${secret} refused`
  expect(shownFailure(groupOf(digits), sample, [])).toBe('Error: #')
})
