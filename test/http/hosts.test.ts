import { expect, test } from 'vitest'
import { knownHosts } from '../../src/http/hosts.js'

test('An endpoint is known by the address of the connection, as a scraper of pods calls it; not by other addresses.', () => {
  const isKnown = knownHosts([])
  expect(isKnown('10.1.2.3:9464', '10.1.2.3')).toBe(true)
  expect(isKnown('10.1.2.3:9464', '::ffff:10.1.2.3')).toBe(true)
  expect(isKnown('[fd00::1]:9464', 'fd00::1')).toBe(true)
  expect(isKnown('10.1.2.4', '10.1.2.3')).toBe(false)
  expect(isKnown('', undefined)).toBe(false)
  expect(isKnown('[]', '')).toBe(false)
})
