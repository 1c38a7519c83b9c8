import { describe, expect, test } from 'vitest'
import { parseQueueShares, queueNames } from '../../src/domain/queues.js'

describe('queues of a worker', () => {
  test('Each has its weight, 1 unless said.', () => {
    const shares = parseQueueShares('high:5, default:2,low', '--queues')
    expect(shares).toEqual([
      { name: 'high', weight: 5 },
      { name: 'default', weight: 2 },
      { name: 'low', weight: 1 },
    ])
    expect(queueNames({ shares, strict: false })).toEqual(['high', 'default', 'low'])
    expect(queueNames(null)).toBe(null)
  })

  test.each(['a:0', 'a:-1', 'a:1.5', 'a:', 'a:x', 'a:1001', 'a:1:2', 'a,a:2', '', 'a,,b', 'a b', '../a'])(
    '%j is refused, and the option named.',
    (text) => {
      expect(() => parseQueueShares(text, '--queues')).toThrow(expect.objectContaining({ name: 'UsageError' }))
    },
  )
})
