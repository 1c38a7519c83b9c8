import { expect, test } from 'vitest'
import { StoreLostError } from '../../../src/domain/errors.js'
import { type Answer, type Order, receivedError } from '../../../src/stores/apart/messages.js'
import { type Opener, serve } from '../../../src/stores/apart/serve.js'
import { ChangeNotifier } from '../../../src/stores/change-notifier.js'
import { movableClock } from '../../../src/testing/test-clock.js'

/** A process that serves, without the process: what it is sent, and its messages. */
function served(openers: Readonly<Record<string, Opener>>) {
  const messages: (readonly Answer[])[] = []
  let receive: (orders: readonly Order[]) => void = () => {}
  const closeAll = serve(openers, {
    send: (answers) => void messages.push(answers),
    onOrders: (received) => {
      receive = received
    },
  })
  const ask = async (...orders: Order[]) => {
    receive(orders)
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    return messages.splice(0)
  }
  return { ask, closeAll }
}

const open = (call = 1, opener = 'thing'): Order => {
  return { kind: 'open', call, object: 1, opener, options: null, earlier: null }
}
const call = (number: number, method: string, args: readonly unknown[] = []): Order => {
  return { kind: 'call', call: number, object: 1, method, args, isWait: false }
}

const thing = (methods: Readonly<Record<string, unknown>>): Opener => {
  return async () => ({ methods, changes: null, close: async () => {}, identity: 'it' })
}

test('What a turn settles is one message, and calls begin in their order.', async () => {
  const begun: number[] = []
  const { ask } = served({ thing: thing({ note: async (value: number) => begun.push(value) }) })
  expect(await ask(open(), call(2, 'note', [7]), call(3, 'note', [8]))).toEqual([
    [
      { kind: 'done', call: 1, value: 'it' },
      { kind: 'done', call: 2, value: 1 },
      { kind: 'done', call: 3, value: 2 },
    ],
  ])
  expect(begun).toEqual([7, 8])
})

test.each(['missing', 'toString', 'constructor', '__proto__'])('It has no method %s.', async (method) => {
  const { ask } = served({ thing: thing({ note: async () => 1 }) })
  await ask(open())
  expect((await ask(call(2, method))).flat()).toMatchObject([
    { kind: 'failed', call: 2, error: { name: 'TypeError', message: `a store process has no method ${method}` } },
  ])
})

test.each(['missing', 'toString'])('It has no opener %s.', async (opener) => {
  const { ask } = served({ thing: thing({}) })
  expect((await ask(open(1, opener))).flat()).toMatchObject([{ kind: 'failed', call: 1 }])
})

test('An error arrives with its class, code and hint, and with its stack if it is a bug.', async () => {
  const known = new StoreLostError('E_STORE_LOST', 'store x: it went', 'look for it')
  const bug = Object.assign(new RangeError('too far'), { code: 'ERR_FAR' })
  const refuse = async (which: 'known' | 'bug') => {
    throw which === 'known' ? known : bug
  }
  const { ask } = served({ thing: thing({ refuse }) })
  await ask(open())
  const answers = (await ask(call(2, 'refuse', ['known']), call(3, 'refuse', ['bug']))).flat()
  const errors = answers.map((answer) =>
    answer.kind === 'failed' ? receivedError(structuredClone(answer.error)) : null,
  )
  expect(errors[0]).toBeInstanceOf(StoreLostError)
  expect(errors[0]).toMatchObject({ code: known.code, message: known.message, hint: known.hint })
  expect(errors[1]).toMatchObject({ name: 'RangeError', message: 'too far', code: 'ERR_FAR', stack: bug.stack })
})

test('What cannot be opened answers each call with the reason.', async () => {
  const fails: Opener = async () => {
    throw new StoreLostError('E_STORE_LOST', 'gone')
  }
  const { ask } = served({ thing: fails })
  const answers = (await ask(open(), call(2, 'note'))).flat()
  expect(answers).toMatchObject([
    { kind: 'failed', call: 1, error: { message: 'gone' } },
    { kind: 'failed', call: 2, error: { message: 'gone' } },
  ])
})

test('A change comes with the answer of the call that made it, and once.', async () => {
  const notifier = new ChangeNotifier(movableClock())
  const change = async () => {
    notifier.note()
    notifier.notify()
  }
  const opener: Opener = async () => {
    return { methods: { change, look: async () => 1 }, changes: notifier.changes(), close: async () => {}, identity: 1 }
  }
  const { ask } = served({ thing: opener })
  await ask(open())
  const [message, ...others] = await ask(call(2, 'change'))
  expect(message).toEqual([
    { kind: 'done', call: 2, value: undefined },
    { kind: 'changed', object: 1 },
  ])
  expect(others).toEqual([])
  expect((await ask(call(3, 'look'))).flat()).toEqual([{ kind: 'done', call: 3, value: 1 }])
  // Somebody else's, which no call of this host brings along.
  expect(await ask({ kind: 'watch', object: 1 })).toEqual([])
  await change()
  expect((await ask()).flat()).toContainEqual({ kind: 'changed', object: 1 })
  // One that came while nobody watched.
  await change()
  expect((await ask({ kind: 'watch', object: 1 })).flat()).toContainEqual({ kind: 'changed', object: 1 })
})

test('It closes after the calls that run, and does not wait for those that only wait.', async () => {
  const done: string[] = []
  let finish = () => {}
  const work = () =>
    new Promise<void>((resolve) => {
      finish = () => {
        done.push('work')
        resolve()
      }
    })
  const never = () => new Promise<void>(() => {})
  const close = async () => void done.push('close')
  const opener: Opener = async () => ({ methods: { work, never }, changes: null, close, identity: 1 })
  const { ask, closeAll } = served({ thing: opener })
  await ask(open(), call(2, 'work'), { kind: 'call', call: 3, object: 1, method: 'never', args: [], isWait: true })
  const closed = closeAll()
  await ask()
  expect(done).toEqual([])
  finish()
  await closed
  expect(done).toEqual(['work', 'close'])
})
