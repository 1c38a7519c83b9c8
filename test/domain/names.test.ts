import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/domain/errors.js'
import { idNumber, parseJobId } from '../../src/domain/job.js'
import { isTaskName, nearestName, queueName } from '../../src/domain/names.js'

describe('Names of tasks and queues', () => {
  test.each(['email', 'email.send', 'a', '_x', 'a:b-c.d_e', '9', 'x'.repeat(128)])('%s names a task.', (name) => {
    expect(isTaskName(name)).toBe(true)
  })

  test.each(['', '.', '../../etc/passwd', 'a/b', '%2e', '-x', 'a b', 'é', 'a\n', 'a\0', 'x'.repeat(129)])(
    '%j names no task.',
    (name) => {
      expect(isTaskName(name)).toBe(false)
    },
  )

  test('A queue has the name that it was given.', () => {
    expect(queueName('mail-2.eu_west')).toBe('mail-2.eu_west')
  })

  test.each(['', '-x', '.x', 'a:b', 'a b', 'a\n', 'x'.repeat(65), '\u001b[31m', 'x'.repeat(10_000)])(
    '%j names no queue, and the refusal is short and clean.',
    (name) => {
      expect(() => queueName(name)).toThrow(UsageError)
      expect(() => queueName(name)).toThrow(expect.objectContaining({ code: 'E_QUEUE_NAME' }))
      expect(() => queueName(name)).not.toThrow(new RegExp(`${'x'.repeat(200)}|\\u001b`))
    },
  )
})

describe('The nearest name', () => {
  const tasks = ['email.send', 'email.check', 'billing.invoice.close', 'report', 'go']

  test.each([
    ['email.sned', 'email.send'], // two letters swapped
    ['email.sen', 'email.send'],
    ['Email.Send', 'email.send'],
    ['emial.send', 'email.send'],
    ['reprot', 'report'],
    ['billing.invoise.clos', 'billing.invoice.close'],
    ['close', 'billing.invoice.close'], // its last part
    ['check', 'email.check'],
    ['send', 'email.send'],
    ['goo', 'go'],
  ])('%s was meant to be %s.', (name, expected) => {
    expect(nearestName(name, tasks)).toBe(expected)
  })

  test.each(['something.else', 'xy', 'x', '', 'l'])('%j is near to none.', (name) => {
    expect(nearestName(name, tasks)).toBeNull()
  })

  test('Where there are no names, none is near.', () => {
    expect(nearestName('x', [])).toBeNull()
  })
})

describe('Ids', () => {
  test('A job is named with its letter or without.', () => {
    expect([parseJobId('j42'), parseJobId('42'), idNumber('w7', 'w')]).toEqual(['j42', 'j42', 7])
  })

  test.each([
    '',
    'j',
    'j0',
    'j01',
    'J42',
    'w42',
    'j4.2',
    'j-1',
    ' 42',
    '42\n',
    '4e2',
    '0x4',
    `j${'9'.repeat(16)}`,
    `j${'9'.repeat(30)}`,
  ])('%j is the id of no job.', (text) => {
    expect(parseJobId(text)).toBeNull()
  })
})
