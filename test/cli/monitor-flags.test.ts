import { expect, test } from 'vitest'
import { monitorOptions } from '../../src/cli/monitor-flags.js'

const flagsFor = (store: string) => monitorOptions({ 'read-only': false, store }).flags

test('The monitor shows the store in its commands, without a password.', () => {
  expect(flagsFor('sqlite:x@y.db')).toBe(' --store sqlite:x@y.db')
  expect(flagsFor('redis://h:7000/1')).toBe(' --store redis://h:7000/1')
  expect(flagsFor('rediss://u:p@h?ca=a@b')).toBe(" --store 'rediss://***@h?ca=a@b'")
})
