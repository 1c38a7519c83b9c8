import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inexactNumber, inexactNumbers } from '../../src/domain/exact-number.js'

test.each([
  ['12345678901234567890', '12345678901234567890', ''],
  ['[1, -9007199254740993]', '-9007199254740993', '[1]'],
  ['{"a":1234567890123456789.0}', '1234567890123456789.0', 'a'],
  ['1234567890123456789e0', '1234567890123456789e0', ''],
  ['12345678901234567890123e-1', '12345678901234567890123e-1', ''],
  ['9007199254740993.5', '9007199254740993.5', ''],
  ['1e400', '1e400', ''],
  ['[1e-400]', '1e-400', '[0]'],
  [
    '{ "12345678901234567890" : [ true , {"b":1,"a b":[[],{"x":{}},[ 0,\t1e999 ]]} ] }',
    '1e999',
    '["12345678901234567890"][1]["a b"][2][1]',
  ],
  ['{"a\\"{[,\\\\":"\\\\","\\u0062":[null,false,-1e400]}', '-1e400', 'b[2]'],
])('In %s the number %s would be rounded, at %s.', (json, number, path) => {
  expect(inexactNumber(json)).toEqual({ number, path })
})

test('All of them are found, in order.', () => {
  const found = [...inexactNumbers('{"a":[9007199254740993,1,1e400],"b":{"c":-9007199254740993}}')]
  expect(found.map(({ path }) => path)).toEqual(['a[0]', 'a[2]', 'b.c'])
})

test('Size and depth do not matter: they are refused elsewhere.', () => {
  expect(inexactNumber(`[${JSON.stringify('\\"'.repeat(5_000_000))}, 9007199254740993]`)?.path).toBe('[1]')
  expect(inexactNumber(`1${'0'.repeat(1_000_000)}1`)).not.toBeNull()
  expect(inexactNumber(`9007199254740993.${'0'.repeat(1_000_000)}1`)).not.toBeNull()
  expect(inexactNumber(`${'['.repeat(1_000_000)}9007199254740993${']'.repeat(1_000_000)}`)).toBeNull()
})

test.each([
  '0.1',
  '-0',
  '0e9',
  '0.0000000000000000000',
  '9007199254740992',
  '1e23',
  '100000000000000000000000',
  '1.5e300',
  '3.14159265358979323846',
  '0.30000000000000004',
  '1.0',
  '"12345678901234567890"',
  '{"12345678901234567890": "a\\"12345678901234567890"}',
  '{"a": "1e400", "b\\\\": "12345678901234567890", "c": [12.50, 1e3]}',
])('%s is carried.', (json) => {
  expect(inexactNumber(json)).toBeNull()
})

test('No number that JavaScript writes is refused, and no whole number is rounded unseen.', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(inexactNumber(JSON.stringify([value]))).toBeNull()
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), (value) => {
      // 2 ** 60 is a double, and still JavaScript writes it with other digits: whoever reads those has another number.
      expect(inexactNumber(String(value)) === null).toBe(String(Number(value)) === String(value))
    }),
  )
})
