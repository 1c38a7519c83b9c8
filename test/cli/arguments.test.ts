import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseTaskArguments } from '../../src/cli/arguments.js'
import { UsageError } from '../../src/domain/errors.js'
import { temporaryFolder } from '../support/folder.js'

const folder = temporaryFolder()
const file = join(folder.path, 'a file.txt')
writeFileSync(file, 'text of a file\n')
afterAll(() => folder.remove())

const parse = (words: readonly string[], data: string | null = null) =>
  JSON.parse(parseTaskArguments(words, data)) as unknown

describe('the arguments of a task', () => {
  test.each<[string, unknown]>([
    ['photo.png', 'photo.png'],
    ['800', 800],
    ['-1.5', -1.5],
    ['0', 0],
    ['true', true],
    ['null', null],
    ['"quoted"', 'quoted'],
    ['[1, 2]', [1, 2]],
    ['{"a": 1}', { a: 1 }],
    ['', ''],
    ['undefined', 'undefined'],
    ['{broken', '{broken'],
    ['two words', 'two words'],
  ])('The bare word %j is %j: JSON if it parses, else a text.', (word, value) => {
    expect(parse([word])).toEqual([value])
  })

  test.each([
    '007',
    '1.0',
    '1e3',
    '+5',
    '0x10',
    '-0',
    '12345678901234567890',
    '0.1000',
    '.5',
    '1_000',
    '9007199254740993',
    '1e400',
    'NaN',
    'Infinity',
  ])('The number %s would not come back the same and stays a text.', (word) => {
    expect(parse([word])).toEqual([word])
  })

  test.each(['https://x.org/?a=b', '?a=b', './a=b', '1a=b', 'a-b=c', 'a.b=c', '=x', '--a=b', 'a b=c', 'ä=b'])(
    '%s has no name before its sign and stays one positional word.',
    (word) => {
      expect(parse([word])).toEqual([word])
    },
  )

  test('Named values make one object that comes last, in the order given.', () => {
    expect(parse(['fit=cover', 'photo.png', 'n:=2', '800', '$x_1=y'])).toEqual([
      'photo.png',
      800,
      { fit: 'cover', n: 2, $x_1: 'y' },
    ])
    expect(parseTaskArguments(['b=1', 'a=2'], null)).toBe('[{"b":"1","a":"2"}]')
    expect(parse([])).toEqual([])
  })

  test.each<[string, unknown]>([
    ['name=text', 'text'],
    ['name=7', '7'],
    ['name=', ''],
    ['name=a=b', 'a=b'],
    ['name=:=1', ':=1'],
    ['name=two\nlines', 'two\nlines'],
    ['name:=7', 7],
    ['name:=null', null],
    ['name:={"a": [1]}', { a: [1] }],
    ['name:="@ada"', '@ada'],
    [`name=@${file}`, 'text of a file\n'],
  ])('%s gives that value.', (word, value) => {
    expect(parse([word])).toEqual([{ name: value }])
  })

  test('A key that is special to JavaScript is a key like any other.', () => {
    const text = parseTaskArguments(['__proto__=x', 'constructor=y', 'toString:=1'], null)
    expect(text).toBe('[{"__proto__":"x","constructor":"y","toString":1}]')
    expect(parseTaskArguments([], '{"__proto__": {"a": 1}}')).toBe('[{"__proto__":{"a":1}}]')
  })

  test('--data gives the last argument whole: as JSON, or from a file.', () => {
    const data = join(folder.path, 'data.json')
    writeFileSync(data, '{"a": [true]}')
    expect(parse(['x'], '{"a": 1}')).toEqual(['x', { a: 1 }])
    expect(parse([], `@${data}`)).toEqual([{ a: [true] }])
    expect(parse([], '"@x"')).toEqual(['@x'])
    expect(parse([], '[1]')).toEqual([[1]])
  })

  test.each<[string, readonly string[], string | null, RegExp]>([
    ['a name given twice', ['a=1', 'a:=2'], null, /argument a is given twice/],
    ['names beside --data', ['a=1'], '{}', /--data and name=value are both given/],
    ['broken JSON', ['a:={'], null, /^a: not JSON/],
    ['no JSON at all', ['a:='], null, /^a: not JSON/],
    ['a bare text as JSON', ['a:=text'], null, /^a: not JSON/],
    ['broken --data', [], '{a: 1}', /^--data: not JSON/],
    [
      'a number that would be rounded',
      ['a:=12345678901234567890'],
      null,
      /^a: the number 12345678901234567890 would be rounded/,
    ],
    [
      'one inside',
      ['{"id": 9007199254740993}'],
      null,
      /^an argument: id: the number 9007199254740993 would be rounded/,
    ],
    ['one in --data', [], '[-98765432109876543210]', /^--data: \[0\]: the number/],
    ['one deep inside', ['a:={"b":[{"c d":1e400}]}'], null, /^a: b\[0\]\["c d"\]: the number 1e400 would be rounded/],
    ['half of a surrogate pair', ['a:="\\ud800"'], null, /a has half of a surrogate pair/],
    ['a file that is not there', ['a=@nowhere.txt'], null, /^a: nowhere\.txt cannot be read \(ENOENT\)/],
    ['a folder as --data', [], `@${folder.path}`, /^--data: .*cannot be read \(EISDIR\)/],
  ])('Refused: %s.', (_, words, data, message) => {
    expect(() => parseTaskArguments(words, data)).toThrow(message)
    expect(() => parseTaskArguments(words, data)).toThrow(UsageError)
  })

  test('Long digits are no matter inside a text, and an exact long number is carried.', () => {
    expect(parse(['a:="12345678901234567890"', 'b:=9007199254740992'])).toEqual([
      { a: '12345678901234567890', b: 9007199254740992 },
    ])
  })
})
