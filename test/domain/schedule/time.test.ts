import { describe, expect, test } from 'vitest'
import { timeIn } from '../../../src/domain/schedule/time.js'
import { machineZone } from '../../../src/machine-zone.js'

const at = (text: string, now = Date.now()) => timeIn(machineZone(), text, '--at', now)
const local = (...parts: [number, number, number?, number?, number?]) => new Date(...parts).getTime()

describe('a time that a person writes', () => {
  test('HH:MM is the next such time: today if it is to come, else tomorrow.', () => {
    const noon = local(2026, 10, 24, 12, 0)
    expect(at('12:01', noon)).toBe(local(2026, 10, 24, 12, 1))
    expect(at('12:00', noon)).toBe(local(2026, 10, 25, 12, 0))
    expect(at('11:59', noon)).toBe(local(2026, 10, 25, 11, 59))
    expect(at('00:00', noon)).toBe(local(2026, 10, 25))
    expect(at('12:00', noon - 1)).toBe(noon)
    expect(at('09:30', local(2026, 11, 31, 10, 0))).toBe(local(2027, 0, 1, 9, 30))
  })

  test('ISO 8601 is taken with its offset, as local time without one, and a date alone is its first moment here.', () => {
    expect(at('2026-12-24T18:00:00Z')).toBe(Date.UTC(2026, 11, 24, 18))
    expect(at('2026-12-24T18:00+01:00')).toBe(Date.UTC(2026, 11, 24, 17))
    expect(at('2026-12-24T18:00:30.5Z')).toBe(Date.UTC(2026, 11, 24, 18, 0, 30, 500))
    expect(at('2026-12-24T18:00:30.123456Z')).toBe(Date.UTC(2026, 11, 24, 18, 0, 30, 123))
    expect(at('2026-12-24T18:00')).toBe(local(2026, 11, 24, 18, 0))
    expect(at('2026-12-24')).toBe(local(2026, 11, 24))
  })

  test.each([
    '',
    'tomorrow',
    '24:00',
    '9:30',
    '12:60',
    '12',
    '1700000000000',
    '2026-13-01',
    '2026-12-24 18:00',
    '24.12.2026',
    '2026-12-24T25:00',
    ' 12:00',
  ])('%j is refused, with the option and examples.', (text) => {
    const refusal = {
      code: 'E_TIME',
      message: `--at: ${JSON.stringify(text)} is no time`,
      hint: expect.stringContaining('18:00'),
    }
    expect(() => at(text)).toThrow(expect.objectContaining(refusal))
  })

  test('A day that the month does not have is refused.', () => {
    expect(() => at('2026-02-30')).toThrow('is no time')
  })
})
