import { expect, test } from 'vitest'
import { argsMask, redactArgs } from '../../src/domain/redact-command.js'

test.each([
  [
    ['mysql', '--password', 'hunter2', 'db'],
    ['mysql', '--password', '***', 'db'],
  ],
  [
    ['mysql', '--password=hunter2'],
    ['mysql', '--password=***'],
  ],
  [
    ['curl', '-H', 'Authorization: Bearer abc'],
    ['curl', '-H', 'Authorization: ***'],
  ],
  [
    ['env', 'API_TOKEN=abc', 'make'],
    ['env', 'API_TOKEN=***', 'make'],
  ],
  [['curl -H "Authorization: Bearer abc" x.org && ls'], ['curl -H "Authorization: ***" x.org && ls']],
  [["DB_PASSWORD='a b' psql --token abc -c 1; ls"], ['DB_PASSWORD=*** psql --token *** -c 1; ls']],
  [
    ['curl', 'https://x.org/?token=abc&page=2'],
    ['curl', 'https://x.org/?token=***&page=2'],
  ],
  [
    ['make', '--token', '--verbose'],
    ['make', '--token', '--verbose'],
  ],
  [
    ['echo', 'the password is here'],
    ['echo', 'the password is here'],
  ],
  [
    ['curl', 'http://h', '-H', 'Authorization:tok'],
    ['curl', 'http://h', '-H', 'Authorization:***'],
  ],
  [['curl http://h -H Authorization:tok'], ['curl http://h -H Authorization:***']],
  [['URL=https://h/?token=x&page=2 make'], ['URL=https://h/?token=***&page=2 make']],
  [['get --url=https://h/?api_key=x'], ['get --url=https://h/?api_key=***']],
  [['PATH=/bin:PASSWORD=x ls'], ['PATH=/bin:PASSWORD=*** ls']],
  [['run --env "A=1 TOKEN=x" y'], ['run --env "A=1 TOKEN=***" y']],
  [
    ['make', 'CC=gcc', 7],
    ['make', 'CC=gcc', 7],
  ],
])('The secrets of the command %j are masked.', (command, shown) => {
  expect(redactArgs('shell', command, [])).toEqual(shown)
})

test('The config adds names, and other tasks keep their words.', () => {
  expect(redactArgs('shell', ['a', '--pin', '1234'], ['pin'])).toEqual(['a', '--pin', '***'])
  expect(redactArgs('mail', ['--password', 'x'], [])).toEqual(['--password', 'x'])
  expect(redactArgs('mail', [{ password: 'x' }], [])).toEqual([{ password: '***' }])
})

test('What a command repeats of its secrets is masked.', () => {
  const words = [
    'sh',
    '-c',
    'curl -H "Authorization: Bearer abcdef"',
    'x',
    '--token',
    'hunter22secret',
    'API_KEY="q w e r t y"',
  ]
  const mask = argsMask('shell', words, [])
  expect(mask?.('bad hunter22secret, Bearer abcdef, q w e r t y')).toBe('bad ***, ***, ***')
  expect(argsMask('shell', ['make', 'test'], [])).toBeNull()
  expect(argsMask('mail', [{ password: 'hunter22' }], [])?.('hunter22')).toBe('***')
})
