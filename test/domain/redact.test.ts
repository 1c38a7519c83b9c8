import { describe, expect, test } from 'vitest'
import { redact } from '../../src/domain/redact.js'

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
      empty: { secret: '***' },
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

  test.each(['pass', 'key', 'name', 'api'])('The key %s is none.', (key) => {
    expect(redact({ [key]: 'x' }, [])).toEqual({ [key]: 'x' })
  })

  test('A project adds names of its own, whatever their case, dashes and underscores.', () => {
    expect(redact({ cardPin: 1, 'credit_card-number': 2, spin: 3, other: 4 }, ['pin', 'Credit-Card'])).toEqual({
      cardPin: '***',
      'credit_card-number': '***',
      spin: '***',
      other: 4,
    })
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
