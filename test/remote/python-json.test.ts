import { expect, test } from 'vitest'
import { jsonOfPython } from '../../src/remote/python-json.js'

test('The bare words of Python become texts, and what is in texts is left alone.', () => {
  const python = String.raw`{"NaN": [NaN, -Infinity, Infinity], "a\\": NaN, "say \"NaN\"": "Infinity \\\" NaN"}`
  expect(JSON.parse(jsonOfPython(python))).toEqual({
    NaN: ['NaN', '-Infinity', 'Infinity'],
    'a\\': 'NaN',
    'say "NaN"': 'Infinity \\" NaN',
  })
  expect(jsonOfPython('[1, "x"]')).toBe('[1, "x"]')
})

test('A text of 20 megabytes is read too.', () => {
  for (const unit of ['x', '\\n']) {
    const text = unit.repeat(20_000_000 / unit.length)
    expect(jsonOfPython(`["${text}", NaN]`)).toHaveLength(text.length + 11)
  }
})
