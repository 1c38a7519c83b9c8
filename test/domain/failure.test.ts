import { describe, expect, test } from 'vitest'
import { describeFailure, failureLine, type JobError, maxErrorLength } from '../../src/domain/failure.js'
import { isSecretName } from '../../src/domain/secret-names.js'

const lengthOf = ({ name, message, stack }: JobError) => name.length + message.length + (stack?.length ?? 0)

/** Throws at whatever is done with it. */
const hostile: object = new Proxy(
  {},
  {
    get() {
      throw new Error('get')
    },
    has() {
      throw new Error('has')
    },
    getPrototypeOf() {
      throw new Error('getPrototypeOf')
    },
    ownKeys() {
      throw new Error('ownKeys')
    },
  },
)

describe('Errors', () => {
  test('Name, message and stack are kept.', () => {
    const error = new TypeError('no such thing')
    expect(describeFailure(error)).toEqual({ name: 'TypeError', message: 'no such thing', stack: error.stack })
  })

  test('A class of its own has the name that it says.', () => {
    class PaymentRefused extends Error {
      override name = 'PaymentRefused'
    }
    expect(describeFailure(new PaymentRefused('card'))).toMatchObject({ name: 'PaymentRefused', message: 'card' })
  })

  test('A class that sets no name gives its own, in the stack too; a minified one says less than Error.', () => {
    class HttpError extends Error {}
    class NotFound extends HttpError {}
    class t extends Error {}
    const error = new HttpError('bad gateway')
    expect(describeFailure(error)).toMatchObject({ name: 'HttpError', message: 'bad gateway' })
    expect(describeFailure(error).stack).toMatch(/^HttpError: bad gateway\n {4}at /)
    expect(describeFailure(new NotFound())).toMatchObject({ name: 'NotFound', message: '' })
    expect(describeFailure(new NotFound()).stack).toMatch(/^NotFound\n {4}at /)
    expect(describeFailure(new t('x')).name).toBe('Error')
    expect(describeFailure(new DOMException('gone', 'AbortError')).name).toBe('AbortError')
    const named = Object.assign(new HttpError('x'), { name: 'Error' })
    expect(describeFailure(named).name).toBe('Error')
    expect(describeFailure(new Error('top', { cause: error })).stack).toContain('[cause]: HttpError: bad gateway\n')
  })

  test('An AggregateError has its errors in the stack, and their messages where it has none of its own.', () => {
    const [one, two] = [new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')]
    const refused = describeFailure(new AggregateError([one, two]))
    expect(refused.message).toBe('connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1')
    expect(refused.stack).toMatch(
      /^AggregateError: connect [\s\S]*\n\[error 1 of 2\]: Error: connect ECONNREFUSED ::1:1\n[\s\S]*\n\[error 2 of 2\]: Error: /,
    )
    const many = describeFailure(new AggregateError(Array.from({ length: 100 }, (_, at) => new Error(`e${at}`))))
    expect(many.message).toBe('e0; e1; e2; and 97 more')
    expect(many.stack?.match(/\[error \d+ of 100\]/g)).toHaveLength(10)
    const inner = new AggregateError([new Error('deep', { cause: 'why' }), 'text', null], 'inner')
    const outer = describeFailure(new AggregateError([inner], 'outer'))
    expect(outer.message).toBe('outer')
    expect(outer.stack).toMatch(
      /\[error 1 of 1\]: AggregateError: inner[\s\S]*Error: deep[\s\S]*\[cause\]: "why"[\s\S]*of 3\]: "text"[\s\S]*of 3\]: null/,
    )
    const circle = new AggregateError([], 'circle')
    circle.errors = [circle]
    expect(describeFailure(circle).stack).not.toContain('[error')
  })

  test('A frozen error is read as any other.', () => {
    expect(describeFailure(Object.freeze(new Error('cold')))).toMatchObject({ name: 'Error', message: 'cold' })
  })

  test('What only looks like an error is one, as from another realm.', () => {
    const described = describeFailure({ name: 'Odd', message: 'like an error' })
    expect(described).toEqual({ name: 'Odd', message: 'like an error', stack: 'Odd: like an error' })
  })

  test('Fields of the wrong type are passed over.', () => {
    expect(describeFailure({ name: 7, message: { a: 1 }, stack: null })).toMatchObject({ name: 'Error', message: '' })
  })

  test('Getters that throw cost only what they guard.', () => {
    const error = new Error('kept')
    Object.defineProperty(error, 'stack', {
      get() {
        throw new Error('no stack for you')
      },
    })
    Object.defineProperty(error, 'name', {
      get() {
        throw new Error('no name for you')
      },
    })
    expect(describeFailure(error)).toMatchObject({ name: 'Error', message: 'kept' })
  })

  test('Causes are in the stack, to the last one.', () => {
    const error = new Error('top', { cause: new Error('middle', { cause: 'root' }) })
    expect(describeFailure(error).stack).toMatch(/top[\s\S]*\[cause\]: Error: middle[\s\S]*\[cause\]: "root"/)
  })

  test('Of very many causes the rest is counted, and the last one is the root.', () => {
    let error = new TypeError('root')
    for (let depth = 0; depth < 40; depth++) error = new Error(`level ${depth}`, { cause: error })
    error.stack = 'Error: top'
    const stack = describeFailure(error).stack ?? ''
    const shown = stack.match(/\[cause\]/g)?.length ?? 0
    expect(stack).toMatch(new RegExp(`\\n\\[${40 - shown} more causes, the last\\]: TypeError: root$`))
  })

  test('What stands under a secret key of a thrown object is masked.', () => {
    const thrown = { status: 401, token: 'abc', inner: { field: 'x' } }
    expect(describeFailure(thrown).message).toBe('thrown value: {"status":401,"token":"***","inner":{"field":"x"}}')
    const caused = describeFailure(new Error('no', { cause: thrown }), isSecretName(['field']))
    expect(caused.stack).toContain('[cause]: {"status":401,"token":"***","inner":{"field":"***"}}')
  })

  test('A cycle of causes ends.', () => {
    const [a, b] = [new Error('a'), new Error('b')]
    a.cause = b
    b.cause = a
    expect(describeFailure(a).stack?.match(/\[cause\]/g)).toHaveLength(1)
  })

  test('A cause that cannot be read does not cost the error itself.', () => {
    const causes = [hostile, Symbol('s'), { toJSON: () => 1n }, Object.assign(() => {}, { toString: () => ({}) })]
    for (const cause of causes) {
      expect(describeFailure(new Error('kept', { cause }))).toMatchObject({ name: 'Error', message: 'kept' })
    }
  })
})

describe('Other things that are thrown', () => {
  test.each([
    [undefined, 'thrown value: undefined'],
    [null, 'thrown value: null'],
    ['oops', 'thrown value: "oops"'],
    ['', 'thrown value: ""'],
    [42, 'thrown value: 42'],
    [10n, 'thrown value: 10'],
    [Symbol('s'), 'thrown value: Symbol(s)'],
    [{ code: 1 }, 'thrown value: {"code":1}'],
    [[1, 2], 'thrown value: [1,2]'],
    [{ n: 1n }, 'thrown value: an object'],
  ])('%o', (thrown, message) => {
    expect(describeFailure(thrown)).toEqual({ name: 'NonError', message, stack: null })
  })

  test('A Proxy that throws at everything is described all the same.', () => {
    expect(describeFailure(hostile)).toMatchObject({ name: 'NonError', stack: null })
  })

  test('A revoked Proxy too.', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(describeFailure(proxy).name).toBe('NonError')
  })
})

describe('Size', () => {
  test('A message of 10 MB is cut, and says so.', () => {
    const described = describeFailure(new Error('x'.repeat(10 * 1024 * 1024)))
    expect(lengthOf(described)).toBeLessThanOrEqual(maxErrorLength)
    expect(described.message).toMatch(/ \[cut: \d+ more characters\]$/)
    expect(described.stack).toMatch(/ \[cut: \d+ more characters\]$/)
  })

  test('So are a long name, a long chain of causes and a long text.', () => {
    let error: Error = new Error('root')
    for (let depth = 0; depth < 100; depth++) error = new Error('y'.repeat(50_000), { cause: error })
    error.name = 'N'.repeat(10_000)
    expect(lengthOf(describeFailure(error))).toBeLessThanOrEqual(maxErrorLength)
    expect(lengthOf(describeFailure('z'.repeat(1_000_000)))).toBeLessThanOrEqual(maxErrorLength)
  })
})

describe('In one line', () => {
  test('an error has its causes behind it, and an AggregateError without a message those of its errors.', () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:1')
    expect(failureLine(new TypeError('fetch failed', { cause: refused }))).toBe(
      'TypeError: fetch failed, caused by Error: connect ECONNREFUSED 127.0.0.1:1',
    )
    expect(failureLine(new TypeError('fetch failed', { cause: new AggregateError([refused]) }))).toBe(
      'TypeError: fetch failed, caused by AggregateError: connect ECONNREFUSED 127.0.0.1:1',
    )
    expect(failureLine(new AggregateError([]))).toBe('AggregateError')
  })

  test('anything can be thrown: causes in a circle, none, a text, nothing, what cannot be read.', () => {
    const circle = new Error('first')
    circle.cause = new Error('second', { cause: circle })
    expect(failureLine(circle)).toBe('Error: first, caused by Error: second')
    expect(failureLine(new Error('alone', { cause: null }))).toBe('Error: alone')
    expect(failureLine('text')).toBe('NonError: thrown value: "text"')
    expect(failureLine(undefined)).toBe('NonError: thrown value: undefined')
    expect(failureLine(hostile)).toBe('NonError: thrown value: an object')
    const long = [...Array(20).keys()].reduce((cause, index) => new Error(`${index}`, { cause }), new Error('root'))
    expect(failureLine(long).split(', caused by ')).toHaveLength(4)
  })
})
