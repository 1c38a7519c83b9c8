import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { type ExampleServer, mailsOf, startExample } from '../support/example-server.js'
import { WebService } from '../support/web-service.js'

const project = cliProject()
let service: WebService
let shop: ExampleServer

const start = (env: Readonly<Record<string, string>> = {}, place = project) =>
  startExample('express', place, {
    WAREHOUSE_URL: `${service.url}/warehouse`,
    PARTNER_URL: service.url,
    FIRST_WAIT: '20ms',
    ...env,
  })
const mailsTo = (address: string) => mailsOf(project).filter(({ to }) => to === address)

beforeAll(async () => {
  service = await WebService.listen()
  shop = await start()
})
afterAll(() => service.close())

describe('sign-up', () => {
  test('The account is answered at once; the welcome mail and the entry in the log of actions follow.', async () => {
    const { status, body } = await shop.post('/users', { name: 'Ada', email: 'ada@example.com' })
    expect(status).toBe(201)
    expect(body).toEqual({ id: expect.any(String), message: expect.any(String) })
    await eventually(async () => {
      expect(mailsTo('ada@example.com')).toEqual([
        { to: 'ada@example.com', subject: 'Welcome!', body: expect.stringContaining('Ada') },
      ])
      const actions = await shop.get(`/users/${body.id}/actions`)
      expect(actions.body).toEqual([{ userId: body.id, action: 'user_created' }])
    })
  })

  test('A mail that is refused is logged with the name of its task, and the other task runs.', async () => {
    const { status, body } = await shop.post('/users', { name: 'Bob', email: 'bob@bounce.example' })
    expect(status).toBe(201)
    await eventually(async () => {
      expect(shop.output()).toMatch(/sendWelcomeEmail.*no mailbox bob@bounce\.example/)
      expect((await shop.get(`/users/${body.id}/actions`)).body).toHaveLength(1)
    })
  })

  test('What is no user is refused, and nothing is sent.', async () => {
    expect(await shop.post('/users', { name: 'Eve', email: 'nowhere' })).toMatchObject({
      status: 400,
      body: { error: [expect.stringMatching(/^email: /)] },
    })
    const headers = { 'content-type': 'application/json' }
    expect((await shop.request('/users', { method: 'POST', headers, body: '{' })).status).toBe(400)
  })
})

describe('an order', () => {
  test('Four tasks follow it: a mail, the stock, the warehouse, the sales.', async () => {
    const before = (await shop.get('/stock')).body
    const items = [
      { product: 'pen', quantity: 3 },
      { product: 'ink', quantity: 1 },
    ]
    const { status, body } = await shop.post('/orders', { email: 'carl@example.com', items })
    expect({ status, body }).toEqual({ status: 202, body: { orderId: expect.any(Number), status: 'processing' } })
    await eventually(async () => {
      expect(mailsTo('carl@example.com')).toMatchObject([{ subject: `Order ${body.orderId}` }])
      expect((await shop.get('/stock')).body).toEqual({ ...before, pen: before.pen - 3, ink: before.ink - 1 })
      expect(service.to('/warehouse').map((request) => request.body)).toEqual([{ order: body.orderId, items }])
      expect((await shop.get('/sales')).body).toEqual({ orders: 1, total: 15 })
    })
  })

  test('The response does not wait for the warehouse, and the other tasks do not either.', async () => {
    const release = service.hold()
    const { body } = await shop.post('/orders', { email: 'dora@example.com', items: [{ product: 'pen', quantity: 1 }] })
    await eventually(() => {
      expect(service.to('/warehouse')).toContainEqual(
        expect.objectContaining({ body: expect.objectContaining({ order: body.orderId }) }),
      )
      expect(mailsTo('dora@example.com')).toHaveLength(1)
    })
    release()
  })
})

describe('a new password', () => {
  const tokenFor = async (address: string, place = project) => {
    const mail = await eventually(() => {
      const found = mailsOf(place).find(({ to, subject }) => to === address && subject === 'Your new password')
      expect(found).toBeDefined()
      return found
    })
    return mail?.body.split('#')[1] ?? ''
  }

  test('The token of the mail works once, and is in no log.', async () => {
    await shop.post('/users', { name: 'Fay', email: 'fay@example.com' })
    expect((await shop.post('/password-reset', { email: 'fay@example.com' })).status).toBe(202)
    const token = await tokenFor('fay@example.com')
    expect(token.length).toBeGreaterThan(20)
    const wanted = { token, password: 'correct horse battery' }
    expect((await shop.post('/password', wanted)).status).toBe(204)
    expect((await shop.post('/password', wanted)).status).toBe(410)
    expect(shop.output()).not.toContain(token)
  })

  test('A mail of a reset that cannot be sent is logged without its token.', async () => {
    await shop.post('/users', { name: 'Gus', email: 'gus@bounce.example' })
    await shop.post('/password-reset', { email: 'gus@bounce.example' })
    await eventually(() => expect(shop.output()).toMatch(/sendPasswordResetEmail.*no mailbox/))
    expect(shop.output()).not.toContain('reset#')
  })

  test('An unknown address has the same answer as a known one.', async () => {
    const known = await shop.post('/password-reset', { email: 'fay@example.com' })
    const unknown = await shop.post('/password-reset', { email: 'nobody@example.com' })
    expect(unknown.body).toEqual(known.body)
    expect(unknown.status).toBe(known.status)
  })

  test('The clean-up removes the token when its time has passed.', async () => {
    const other = cliProject()
    const short = await start({ RESET_TOKENS_LIVE: '2s' }, other)
    await short.post('/users', { name: 'Hal', email: 'hal@example.com' })
    await short.post('/password-reset', { email: 'hal@example.com' })
    const token = await tokenFor('hal@example.com', other)
    // Too short a password does not use the token up.
    const ask = async () => (await short.post('/password', { token, password: 'short' })).status
    expect(await ask()).toBe(400)
    await eventually(async () => expect(await ask()).toBe(410))
    short.signal('SIGTERM')
    expect(await short.ended).toBe(0)
  })
})

describe('the partner', () => {
  test('Data that fail to be submitted are submitted again, by the retry policy.', async () => {
    service.answer('/submissions', { status: 500 }, { status: 404 }, { status: 200 })
    expect((await shop.post('/submit-data', { temperature: 21 })).status).toBe(202)
    await eventually(() => expect(service.to('/submissions')).toHaveLength(3))
    expect(service.to('/submissions').map(({ body }) => body)).toEqual(Array(3).fill({ temperature: 21 }))
  })

  test('A connection error is retried.', async () => {
    service.answer('/imports', { status: 503 }, { status: 503 }, { status: 200 })
    await shop.post('/import-data', { part: 1 })
    await eventually(() => expect(shop.output()).toContain('data imported at the partner'))
    expect(service.to('/imports')).toHaveLength(3)
  })

  test('A validation error is not retried, and somebody gets a mail about it.', async () => {
    const before = service.to('/imports').length
    service.answer('/imports', { status: 422, body: 'no part' })
    await shop.post('/import-data', { part: null })
    await eventually(() =>
      expect(mailsTo('alerts@shop.example')).toMatchObject([{ subject: 'Task failed: importAtPartner' }]),
    )
    expect(service.to('/imports')).toHaveLength(before + 1)
    expect(shop.output()).toMatch(/importAtPartner.*no part/)
  })

  test('A request to it is retried while the caller waits; each failed attempt is logged.', async () => {
    service.answer('/rates', { status: 500 }, { status: 500 }, { status: 200, body: { EUR: 1.1 } })
    expect(await shop.get('/rates')).toMatchObject({ status: 200, body: { EUR: 1.1 } })
    expect(service.to('/rates')).toHaveLength(3)
    expect(shop.output().match(/fetchExternalData.*answered 500/g)).toHaveLength(2)
  })

  test('When all retries are used up, the caller hears that it does not work.', async () => {
    service.answer('/rates', { status: 500 })
    expect((await shop.get('/rates')).status).toBe(502)
  })
})

describe('monitoring', () => {
  const signUp = (shop: ExampleServer, email: string) => shop.post('/users', { name: 'Ida', email })
  const ended = (shop: ExampleServer, count: number) =>
    eventually(async () => expect((await shop.get('/task-metrics')).body.totalTasks).toBe(count))

  test('The metrics count what was sent, and health goes from healthy over degraded to unhealthy.', async () => {
    const fresh = await start({}, project)
    const health = async () => {
      const { status, body } = await fresh.get('/health/background-tasks')
      return [status, body.status, body.failureRate]
    }
    expect(await health()).toEqual([200, 'healthy', 0])
    for (let index = 0; index < 9; index++) await signUp(fresh, `user${index}@example.com`)
    await signUp(fresh, 'refused0@bounce.example')
    await ended(fresh, 10)
    // Exactly 10 % is not yet more than 10 %.
    expect(await health()).toEqual([200, 'healthy', 0.1])
    await signUp(fresh, 'refused1@bounce.example')
    await ended(fresh, 11)
    expect(await health()).toEqual([200, 'degraded', expect.closeTo(2 / 11)])
    for (let index = 2; index < 10; index++) await signUp(fresh, `refused${index}@bounce.example`)
    await ended(fresh, 19)
    expect(await health()).toEqual([503, 'unhealthy', expect.closeTo(10 / 19)])
    expect((await fresh.get('/task-metrics')).body).toMatchObject({
      totalTasks: 19,
      completedTasks: 9,
      failedTasks: 10,
      averageDurationMs: expect.any(Number),
      tasks: { email_sending: { totalTasks: 19, completedTasks: 9, failedTasks: 10 } },
    })
    fresh.signal('SIGTERM')
    expect(await fresh.ended).toBe(0)
  })
})

describe('SIGTERM', () => {
  test('The server takes no more requests, finishes its tasks, and exits with 0.', async () => {
    const other = cliProject()
    const server = await start({}, other)
    const release = service.hold()
    const before = service.to('/warehouse').length
    const { status } = await server.post('/orders', {
      email: 'jan@example.com',
      items: [{ product: 'paper', quantity: 2 }],
    })
    expect(status).toBe(202)
    await eventually(() => expect(service.to('/warehouse')).toHaveLength(before + 1))
    server.signal('SIGTERM')
    await eventually(() => expect(server.get('/stock')).rejects.toThrow())
    expect(server.output()).not.toContain('stopped')
    release()
    expect(await server.ended).toBe(0)
    expect(server.output()).toContain('stopped')
    expect(mailsOf(other)).toMatchObject([{ to: 'jan@example.com' }])
  })
})
