import { expect, test } from 'vitest'
import { hostInUrl, parseHostNames, parseHttpAddress } from '../../src/domain/http-address.js'

test.each([
  ['9464', '127.0.0.1', 9464],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:9464', '::1', 9464],
  ['metrics.internal:0', 'metrics.internal', 0],
])('%s is read.', (text, host, port) => {
  expect(parseHttpAddress(text, '--http')).toEqual({ host, port })
})

test.each(['', 'localhost', ':9464', '65536', '9464x', '::1:9464', 'http://localhost:9464', 'a b:1', '-1'])(
  '"%s" is refused.',
  (text) => {
    expect(() => parseHttpAddress(text, '--http')).toThrow(/^--http: .* is no address$/)
  },
)

test('Names of hosts are read from repeated flags and from lists; what has a port is none.', () => {
  expect(parseHostNames(['a.example, B.example', '[::1]'], '--x')).toEqual(['a.example', 'b.example', '[::1]'])
  expect(() => parseHostNames(['a.example:80'], '--x')).toThrow('--x: "a.example:80" is no name of a host')
  expect(hostInUrl('::1')).toBe('[::1]')
})
