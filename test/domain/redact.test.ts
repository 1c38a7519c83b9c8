import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { redact, redactText, textMask } from '../../src/domain/redact.js'

describe('redact', () => {
  test('Whatever stands under a key named like a secret is masked, at any depth.', () => {
    const value = {
      user: 'Ada',
      password: 'x',
      nested: [{ accessToken: { deep: 'x' } }, { list: [{ Cookie: ['x'] }] }],
      empty: { secret: null },
    }
    expect(redact(value, [])).toEqual({
      user: 'Ada',
      password: '***',
      nested: [{ accessToken: '***' }, { list: [{ Cookie: '***' }] }],
      empty: { secret: null },
    })
  })

  test.each([
    'password',
    'Password',
    'userPassword',
    'client_secret',
    'TOKEN',
    'refresh-token',
    'Authorization',
    'apiKey',
    'api_key',
    'X-API-Key',
    'set-cookie',
  ])('The key %s is one.', (key) => {
    expect(redact({ [key]: 'x' }, [])).toEqual({ [key]: '***' })
  })

  test.each(['pass', 'key', 'name', 'api', 'maxTokens', 'tokens', 'secretary', 'tokenizer', 'authorized'])(
    'The key %s is none.',
    (key) => {
      expect(redact({ [key]: 'x' }, [])).toEqual({ [key]: 'x' })
    },
  )

  test('Plurals and numbered names are names of secrets too; tokens are not.', () => {
    const value = {
      passwords: ['a'],
      apiKeys: { x: 'y' },
      cookies: 'c',
      PASSWORD2: 'p',
      DB_PASSWORD_2: 'q',
      tokens: 't',
    }
    expect(redact(value, [])).toEqual({
      ...{ passwords: '***', apiKeys: '***', cookies: '***', PASSWORD2: '***', DB_PASSWORD_2: '***', tokens: 't' },
    })
  })

  test('A word of the project may have a number itself.', () => {
    expect(redact({ field1: 'a', oauth2: 'b', field2: 'c' }, ['field1', 'oauth2'])).toEqual({
      field1: '***',
      oauth2: '***',
      field2: 'c',
    })
  })

  test('A project adds words of its own, whatever their case, dashes and underscores.', () => {
    const value = { cardPin: 'a', 'credit_card-number': 'b', spin: 'c', other: 'd' }
    expect(redact(value, ['pin', 'Credit-Card'])).toEqual({
      cardPin: '***',
      'credit_card-number': '***',
      spin: 'c',
      other: 'd',
    })
  })

  test('Numbers, booleans and null are never masked, and never cut out of a text.', () => {
    const value = { token: 123456789, tokenCount: 7, password: true, secret: null }
    expect(redact(value, [])).toEqual(value)
    expect(textMask(value, [])).toBeNull()
  })

  test('A text that repeats a secret of six characters and more is masked, each of its lines too.', () => {
    expect(redactText('login with hunter2 failed', { password: 'hunter2' }, [])).toBe('login with *** failed')
    expect(redactText('prod is down', { secret: 'prod' }, [])).toBe('prod is down')
    expect(redactText('second line', { secret: 'first line\nsecond line' }, [])).toBe('***')
  })

  test('A secret is masked in a text as JSON and as console.log print it.', () => {
    for (const apiKey of ['pass\\word"1', "it's a 'secret'", 'two\nlines here', 'a"b"c"d"', 'tab\tand\rreturn']) {
      for (const text of [JSON.stringify({ apiKey }), inspect({ apiKey }), `key=${apiKey}`]) {
        const shown = redactText(text, { apiKey }, [])
        expect(shown).toContain('***')
        const parts = apiKey.split(/[\\"'\n\r\t]/).filter(({ length }) => length > 3)
        for (const part of parts) expect(shown).not.toContain(part)
      }
    }
  })

  test('Other values stay as they are, and the given one is not changed.', () => {
    for (const value of ['password', 7, null, true, [], {}]) expect(redact(value, [])).toEqual(value)
    const given = { token: 'x', list: [{ a: 1 }] }
    redact(given, [])
    expect(given).toEqual({ token: 'x', list: [{ a: 1 }] })
  })

  test('A key named __proto__ stays a key.', () => {
    const value = JSON.parse('{"__proto__": {"token": "x"}}')
    expect(JSON.stringify(redact(value, []))).toBe('{"__proto__":{"token":"***"}}')
  })
})
