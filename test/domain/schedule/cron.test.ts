import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/domain/errors.js'
import { type CronFields, parseCron } from '../../../src/domain/schedule/cron.js'
import { daysOfMonth } from '../../../src/domain/schedule/cron-days.js'

const upTo = (first: number, last: number, step = 1) =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step)

/** The days of a month that an expression names. */
function daysIn(cron: string, year: number, month: number): readonly number[] {
  const mask = daysOfMonth(parseCron(cron, 'cron').days, year, month)
  return upTo(1, 31).filter((day) => (mask & (1 << (day - 1))) !== 0)
}

function refusal(cron: string): { message: string; hint: string | null } {
  try {
    parseCron(cron, '--cron')
  } catch (thrown) {
    if (thrown instanceof UsageError && thrown.code === 'E_CRON') return { message: thrown.message, hint: thrown.hint }
    throw thrown
  }
  throw new Error(`not refused: ${cron}`)
}

describe('The fields of a cron expression', () => {
  test('Five fields are minute, hour, day, month and weekday, at second 0.', () => {
    const fields = parseCron('5 4 3 2 *', 'cron')
    expect(fields).toMatchObject({ seconds: [0], minutes: [5], hours: [4], days: { months: [2], days: [3] } })
  })

  test('A sixth comes first, and is the seconds.', () => {
    expect(parseCron('*/20 5 4 3 2 *', 'cron')).toMatchObject({ seconds: [0, 20, 40], minutes: [5], hours: [4] })
  })

  test.each<[string, Partial<CronFields>]>([
    ['0,30 9-17 * * *', { minutes: [0, 30], hours: upTo(9, 17) }],
    ['*/15 10-20/5 * * *', { minutes: [0, 15, 30, 45], hours: [10, 15, 20] }],
    ['0 8 ? * MON', { minutes: [0], hours: [8] }],
    ['0 0 8 1 * ?', { seconds: [0], minutes: [0], hours: [8] }],
    ['  1\t2  * *\n*', { minutes: [1], hours: [2] }],
    ['@hourly', { minutes: [0], hours: upTo(0, 23), isFixed: false }],
    ['@daily', { minutes: [0], hours: [0], isFixed: true }],
    ['@midnight', { minutes: [0], hours: [0], isFixed: true }],
    [' @Daily ', { minutes: [0], hours: [0], isFixed: true }],
  ])('%j is read.', (cron, expected) => {
    expect(parseCron(cron, 'cron')).toMatchObject(expected)
  })

  test.each([
    ['30 2 * * *', true],
    ['0-59 0-23 * * *', true], // what decides is how it is written, not what it means
    ['1,*/5 2 * * *', true], // the first character decides
    ['*/20 2 * * *', false],
    ['*,5 2 * * *', false],
    ['0 * * * *', false],
    ['0 */2 * * *', false],
    ['* 30 2 * * *', true], // the seconds do not
    ['0 0 * * * *', false],
  ])('%j is of the wall clock: %s.', (cron, isFixed) => {
    expect(parseCron(cron, 'cron').isFixed).toBe(isFixed)
  })
})

describe('The days of a cron expression', () => {
  // June 2026 begins on a Monday; May 2026 on a Friday, and ends on a Sunday.
  test.each<[string, readonly number[]]>([
    ['0 0 * * *', upTo(1, 30)],
    ['0 0 31 * *', []],
    ['0 0 L * *', [30]],
    ['0 0 1,L * *', [1, 30]],
    ['0 0 * * MON', [1, 8, 15, 22, 29]],
    ['0 0 * * mon-wed', [1, 2, 3, 8, 9, 10, 15, 16, 17, 22, 23, 24, 29, 30]],
    ['0 0 * * 0', [7, 14, 21, 28]],
    ['0 0 * * 7', [7, 14, 21, 28]],
    ['0 0 * * SAT-SUN', [6, 7, 13, 14, 20, 21, 27, 28]],
    ['0 0 * * 1#2', [8]],
    ['0 0 * * 1#5', [29]],
    ['0 0 * * FRI#5', []],
    ['0 0 * * 5L', [26]],
    ['0 0 * * 1#1,FRIL', [1, 26]],
    ['0 0 * jun *', upTo(1, 30)],
    ['0 0 * JAN-MAY *', []],
    ['0 0 6W * *', [5]],
    ['0 0 7W * *', [8]],
    ['0 0 LW * *', [30]],
    ['@weekly', [7, 14, 21, 28]],
    ['@monthly', [1]],
  ])('%j in June 2026.', (cron, expected) => {
    expect(daysIn(cron, 2026, 6)).toEqual(expected)
  })

  test.each<[string, number, number, readonly number[]]>([
    ['0 0 L * *', 2026, 2, [28]],
    ['0 0 L * *', 2028, 2, [29]],
    ['0 0 29 2 *', 2028, 2, [29]],
    ['0 0 29 2 *', 2100, 2, []],
    ['0 0 LW * *', 2026, 5, [29]],
    ['0 0 31W * *', 2026, 5, [29]], // not 1 June: it stays in its month
    ['0 0 1W * *', 2026, 8, [3]], // 1 August is a Saturday
    ['0 0 31W * *', 2026, 6, []],
    ['@yearly', 2026, 1, [1]],
    ['@annually', 2026, 2, []],
  ])('%j in %i-%i.', (cron, year, month, expected) => {
    expect(daysIn(cron, year, month)).toEqual(expected)
  })

  test('A day of the month and a weekday are one or the other, if neither begins with a star.', () => {
    expect(daysIn('0 0 13 * 5', 2026, 6)).toEqual([5, 12, 13, 19, 26])
    expect(daysIn('0 0 1-31 * 5', 2026, 6)).toEqual(upTo(1, 30))
    expect(daysIn('0 0 L * 5', 2026, 6)).toEqual([5, 12, 19, 26, 30])
  })

  test("If one begins with a star it is both, as in Vixie's cron: */2 is a star too.", () => {
    expect(daysIn('0 0 */2 * 5', 2026, 6)).toEqual([5, 19])
    expect(daysIn('0 0 1-31/2 * 5', 2026, 6)).toEqual([...new Set([...upTo(1, 29, 2), 12, 26])].sort((a, b) => a - b))
    expect(daysIn('0 0 13,14 * */2', 2026, 6)).toEqual([13, 14])
    expect(daysIn('0 0 ? * 5', 2026, 6)).toEqual([5, 12, 19, 26])
  })

  test('A plus before the weekday is both.', () => {
    expect(daysIn('0 0 13 * +FRI', 2026, 6)).toEqual([])
    expect(daysIn('0 0 13 * +FRI', 2026, 11)).toEqual([13])
  })
})

describe('What is no cron expression', () => {
  test.each([
    ['', '--cron: "" is no cron expression: it is empty'],
    [' \n', '--cron: " \\n" is no cron expression: it is empty'],
    ['* * * *', '--cron: "* * * *" is no cron expression: it has 4 fields, not 5 or 6'],
    ['daily', '--cron: "daily" is no cron expression: it has 1 field, not 5 or 6'],
    ['0 0 0 1 1 * 2027', '--cron: "0 0 0 1 1 * 2027" is no cron expression: it has 7 fields, not 5 or 6'],
    ['@reboot', '--cron: "@reboot" is no cron expression: the start of a machine is no time'],
    ['@dayly', '--cron: "@dayly" is no cron expression: no such name'],
    [
      '0 3 * * * cd ../app && ./go',
      '--cron: "0 3 * * * cd ../app && ./go" is no cron expression: a command follows the rule',
    ],
    [
      '0 3 * * * curl host1:8080',
      '--cron: "0 3 * * * curl host1:8080" is no cron expression: a command follows the rule',
    ],
    ['@daily x', '--cron: "@daily x" is no cron expression: a command follows the rule'],
    ['60 * * * *', '--cron: "60 * * * *" is no cron expression: "60" is no minute (0 to 59)'],
    ['60 0 0 * * *', '--cron: "60 0 0 * * *" is no cron expression: "60" is no second (0 to 59)'],
    ['0 5,24 * * *', '--cron: "0 5,24 * * *" is no cron expression: "24" is no hour (0 to 23)'],
    ['0 0 0 * *', '--cron: "0 0 0 * *" is no cron expression: "0" is no day of the month (1 to 31, or L)'],
    ['0 0 32 * *', '--cron: "0 0 32 * *" is no cron expression: "32" is no day of the month (1 to 31, or L)'],
    ['0 0 * 13 *', '--cron: "0 0 * 13 *" is no cron expression: "13" is no month (1 to 12, or JAN to DEC)'],
    ['0 0 * * FRE', '--cron: "0 0 * * FRE" is no cron expression: "FRE" is no weekday (0 to 7, or SUN to SAT)'],
    ['0 0 * * 5#6', '--cron: "0 0 * * 5#6" is no cron expression: "5#6" is no weekday (0 to 7, or SUN to SAT)'],
    ['1,,2 * * * *', '--cron: "1,,2 * * * *" is no cron expression: "" is no minute (0 to 59)'],
    ['H * * * *', '--cron: "H * * * *" is no cron expression: "H" is no number'],
    ['0 8 1 * ? *', '--cron: "0 8 1 * ? *" is no cron expression: "?" is no month'],
    ['? * * * *', '--cron: "? * * * *" is no cron expression: "?" is no minute'],
    ['0 ? * * *', '--cron: "0 ? * * *" is no cron expression: "?" is no hour'],
    ['0 8 ?/2 * *', '--cron: "0 8 ?/2 * *" is no cron expression: "?/2" is no day of the month'],
    [
      '*/90 * * * *',
      '--cron: "*/90 * * * *" is no cron expression: "*/90" is no minute: the step is longer than the field',
    ],
    [
      '0/15 * * * *',
      '--cron: "0/15 * * * *" is no cron expression: "0/15" is no minute: a step needs a star or a range before it',
    ],
    ['0 22-6 * * *', '--cron: "0 22-6 * * *" is no cron expression: "22-6" is no hour: a range goes from low to high'],
    ['0 0 30 2 *', '--cron: "0 0 30 2 *" is no cron expression: there is no such date'],
    ['0 0 31 2,4,6 *', '--cron: "0 0 31 2,4,6 *" is no cron expression: there is no such date'],
  ])('%j is refused, with the reason.', (cron, message) => {
    const { message: actual, hint } = refusal(cron)
    expect(actual).toBe(message)
    expect(hint).not.toBeNull()
  })

  test.each([
    '*/0 * * * *',
    '*/99 * * * *',
    '-1 * * * *',
    '1.5 * * * *',
    '+1 * * * *',
    '1e1 * * * *',
    '٣ * * * *',
    '* * * * * ; rm',
    '0 0 15W-20 * *',
    '0 0 * * 1W',
    '0 0 L-3 * *',
    '0 0 LW,3 * *',
    '0 0 * * SUNDAY',
    '0 0 * * +',
    '* * * * constructor',
    '\u001b[31m * * * *',
  ])('%j is refused.', (cron) => {
    expect(refusal(cron).message).toMatch(/^--cron: ".*" is no cron expression: \S/)
    expect(refusal(cron).message).not.toContain('\u001b')
  })

  test.each([
    ['@every 5m', 'write --every 5m (every in code)'],
    ['@every 1h30m', 'write --every 90m (every in code)'],
    ['every 2 hours', 'write --every 2h (every in code)'],
    ['rate(5 minutes)', 'write --every 5m (every in code)'],
    ['cron(0 8 * * ? *)', 'write "0 8 * * ?": five fields, without the year; weekdays from 0 for Sunday'],
    ['CRON_TZ=Asia/Tokyo 0 5 * * *', 'write the rule "0 5 * * *", and the zone as --tz Asia/Tokyo'],
    ['TZ=UTC 0 5 * * *', 'write the rule "0 5 * * *", and the zone as --tz UTC'],
    ['@reboot', 'let the unit of your worker run it before the worker starts: ExecStartPre='],
    ['*/90 * * * *', 'for an interval write --every 90m'],
    ['0 */36 * * *', 'for an interval write --every 36h'],
    ['0 0 */45 * *', 'for an interval write --every 45d'],
    [
      '0 5 * * 1 /usr/bin/backup --all',
      'write: offstage schedule --name NAME --cron "0 5 * * 1" -- /usr/bin/backup --all; or import a crontab: offstage schedule import',
    ],
    [
      '@daily backup.sh',
      'write: offstage schedule --name NAME --cron "@daily" -- backup.sh; or import a crontab: offstage schedule import',
    ],
    ['0 0 12 1/1 * ? *', 'a year is not known: leave it out, and write --until for an end'],
    ['*-*-* 02:30:00', 'write 02:30 on weekdays as "30 2 * * MON-FRI"'],
    ['0~30 * * * *', 'write the first time, and --jitter 30m'],
    ['0 8 1 * ? *', '? stands in the two day fields only; six fields begin with seconds, and none is a year'],
  ])('%j is in the form of another scheduler, and the hint says what to write.', (cron, hint) => {
    expect(refusal(cron).hint).toBe(hint)
  })

  test.each(['1,'.repeat(5_000), '* '.repeat(5_000), '@'.repeat(10_000), `${'*/'.repeat(400)} * * * *`])(
    'Of a long text only the beginning is shown.',
    (cron) => {
      expect(refusal(cron).message.length).toBeLessThan(300)
    },
  )

  test('Every value of every field written out is not too long.', () => {
    const all = [upTo(0, 59), upTo(0, 59), upTo(0, 23), upTo(1, 31), upTo(1, 12), upTo(0, 6)]
    expect(parseCron(all.join(' '), 'cron')).toMatchObject({ seconds: upTo(0, 59), isFixed: true })
  })
})
