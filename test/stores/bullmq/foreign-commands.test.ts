import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { notifyQueue, notifyTask } from '../../../src/domain/notification.js'
import { shellTask } from '../../../src/domain/shell-task.js'
import { newJob } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

let plain: PlainBullmq
beforeEach(async () => {
  plain = await PlainBullmq.open()
})
afterEach(() => plain.close())

const command = { command: ['sh', '-c', 'id'] }
const ourCommand = (args = '["echo",["good"]]') => newJob({ task: shellTask, argsJson: args })
const refused = 'a job that was not made by Offstage cannot run a command'

/** Claims all that there is. What the runner would get. */
async function claimed(): Promise<readonly string[]> {
  await plain.store.maintain()
  const claims = await plain.claim(await plain.register(), 100)
  return claims.map(({ job }) => job.argsJson)
}

async function refusals(): Promise<readonly (string | undefined)[]> {
  const { items } = await plain.store.jobs({ states: ['failed'], reason: 'error' }, { limit: 100, after: null })
  return items.map(({ error }) => error?.message).reverse()
}

describe('A job that a plain producer made', () => {
  test.each([{}, { jobId: 'j7' }, { jobId: 'j1' }, { jobId: 'j01' }, { delay: 1 }, { priority: 1 }, { attempts: 9 }])(
    'is refused if it would run a command: %j',
    async (options) => {
      const events = await plain.events()
      const added = await plain.queue().add(shellTask, command, options)
      const heard = expect(added.waitUntilFinished(events, 20_000)).rejects.toThrow(`Refused: ${refused}`)
      // Its delay.
      while ((await added.getState()) === 'delayed') {
        await plain.store.maintain()
        await plain.store.sweep({ limit: 100, dead: [] })
      }
      expect(await claimed()).toEqual([])
      await heard
      expect(await refusals()).toEqual([refused])
      expect(await plain.queue().getJobCounts('failed', 'active', 'delayed', 'wait')).toMatchObject({
        failed: 1,
        active: 0,
      })
    },
  )

  test('is refused if it would send a notification.', async () => {
    await plain.queue(notifyQueue).add(notifyTask, ['onFailed', { job: {} }] as never)
    expect(await claimed()).toEqual([])
    expect(await refusals()).toEqual(['a job that was not made by Offstage cannot send a notification'])
  })

  test('is refused again when somebody retries it, by our means or by those of BullMQ.', async () => {
    const added = await plain.queue().add(shellTask, command)
    expect(await claimed()).toEqual([])
    const [{ id = '' } = {}] = (await plain.store.jobs({}, { limit: 1, after: null })).items
    expect(await plain.store.retry([id])).toEqual(['retried'])
    expect(await claimed()).toEqual([])
    await added.retry('failed')
    expect(await claimed()).toEqual([])
    expect(await refusals()).toEqual([refused])
    expect(await plain.store.attempts(id)).toHaveLength(3)
  })

  test.each(['o', 'exp', 'res', 'key', 'sched', 'own', 'c', 'a1', 'e1', 'err', 'n', 'sn', 'slot', 'fin'])(
    'is refused if it has the field %s, whatever it says, and does not break what shows it.',
    async (field) => {
      await plain.queue().add('a', {}, { jobId: 'x' })
      plain.server.cli('HSET', plain.key('x'), field, '{[1')
      await plain.store.maintain()
      expect((await plain.store.jobs({}, { limit: 10, after: null })).items).toHaveLength(1)
      expect(await claimed()).toEqual([])
      expect(await refusals()).toEqual(['a job that was not made by Offstage has fields that only Offstage writes'])
      expect(await plain.store.attempts('j1')).toHaveLength(1)
    },
  )

  test('may have data that is no JSON, and options that are none.', async () => {
    await plain.queue().add('a', {}, { jobId: 'x' })
    plain.server.cli('HSET', plain.key('x'), 'data', '[1', 'opts', '"attempts"{')
    expect(await claimed()).toEqual(['["[1"]'])
  })
})

test('A producer that may write only its own queues adds jobs, and cannot pass one off as ours.', async () => {
  const { server, prefix } = plain
  const rights = ['+@all', '-@admin', '-flushall', '-flushdb', '-swapdb']
  server.cli('ACL', 'SETUSER', 'producer', 'on', '>secret', `~${prefix}:default:*`, ...rights)
  const queue = plain.queue('default', { username: 'producer', password: 'secret' })
  await queue.add('a', { some: 'data' })
  await queue.add(shellTask, command)
  const asProducer = ['--user', 'producer', '--pass', 'secret', '--no-auth-warning']
  expect(server.cli(...asProducer, 'HSET', `${prefix}::guard:0`, '2', 'x')).toContain('NOPERM')
  expect(await claimed()).toEqual(['[{"some":"data"}]'])
  expect(await refusals()).toEqual([refused])
  await queue.close()
  server.cli('ACL', 'DELUSER', 'producer')
})

test('A forged notification on another queue than theirs is refused by whoever finds it.', async () => {
  await plain.queue().add(notifyTask, ['onFailed', { job: {} }] as never)
  await plain.store.maintain()
  const worker = await plain.register()
  expect(await plain.store.claim({ worker, queues: null, limit: 10, tasks: ['a'] })).toEqual([])
  expect(await refusals()).toEqual(['a job that was not made by Offstage cannot send a notification'])
})

test('Notifications are looked for among themselves, and not among all that waits.', async () => {
  await plain.store.enqueue(Array.from({ length: 300 }, () => newJob()))
  await plain.store.enqueue([newJob({ task: notifyTask, queue: notifyQueue })])
  const worker = await plain.register()
  const lookedAt = () => Number(/hmget:calls=(\d+)/.exec(plain.server.cli('INFO', 'commandstats'))?.[1])
  const before = lookedAt()
  const claims = await plain.store.claim({ worker, queues: null, limit: 2, tasks: [notifyTask] })
  expect(claims.map(({ job }) => job.id)).toEqual(['j301'])
  expect(lookedAt() - before).toBeLessThan(30)
})

describe('A command of ours', () => {
  test('runs, also when it is retried.', async () => {
    await plain.store.enqueue([ourCommand()])
    expect(await claimed()).toEqual(['["echo",["good"]]'])
  })

  test('with a key, a schedule or a reservation runs too.', async () => {
    const worker = await plain.register()
    await plain.store.enqueue([{ ...ourCommand(), reservedFor: worker }])
    await plain.store.enqueue([{ ...ourCommand(), key: { name: 'k', forMs: 0, policy: 'skip' } }])
    expect(await plain.claim(worker)).toHaveLength(2)
  })

  test('that somebody has changed is refused.', async () => {
    await plain.store.enqueue([ourCommand()])
    const job = await plain.queue().getJob('j1')
    await job?.updateData(['sh', ['-c', 'id']])
    expect(await claimed()).toEqual([])
    expect(await refusals()).toEqual([refused])
  })

  test('that somebody has put another in the place of is refused.', async () => {
    await plain.store.enqueue([ourCommand()])
    const queue = plain.queue()
    await queue.remove('j1')
    await queue.add(shellTask, command, { jobId: 'j1' })
    expect(await claimed()).toEqual([])
    expect(await refusals()).toEqual([refused])
  })

  test('makes no room for another job of its name.', async () => {
    await plain.store.enqueue([newJob({ task: 'harmless', argsJson: '["echo",["good"]]' })])
    const queue = plain.queue()
    await queue.remove('j1')
    await queue.add(shellTask, ['echo', ['good']], { jobId: 'j1' })
    expect(await claimed()).toEqual([])
    expect(await refusals()).toEqual([refused])
  })
})
