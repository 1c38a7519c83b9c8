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
