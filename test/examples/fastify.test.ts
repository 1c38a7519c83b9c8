import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writePpm } from '../../examples/stand-ins/ppm.js'
import { cliProject, eventually } from '../support/cli.js'
import { type ExampleServer, mailsOf, startExample } from '../support/example-server.js'
import { WebService } from '../support/web-service.js'

const project = cliProject()
let gateway: WebService
let studio: ExampleServer

const start = (env: Readonly<Record<string, string>> = {}, place = project) =>
  startExample('fastify', place, { GATEWAY_URL: `${gateway.url}/charges`, MAIL_PAUSE_MS: '50', ...env })

const ppm = (width: number, height: number) => writePpm({ width, height, pixels: new Uint8Array(width * height * 3) })
const upload = (server: ExampleServer, user: string, body: Uint8Array) =>
  server.request(`/upload-image?user=${user}`, {
    method: 'POST',
    headers: { 'content-type': 'image/x-portable-pixmap' },
    body: Buffer.from(body),
  })
const statusOf = async (server: ExampleServer, taskId: string) => (await server.get(`/task-status/${taskId}`)).body

beforeAll(async () => {
  gateway = await WebService.listen()
  studio = await start()
})
afterAll(() => gateway.close())

describe('images', () => {
  test('An upload is queued, and a worker makes both sizes and removes the original.', async () => {
    expect((await upload(studio, 'ada', ppm(1_600, 900))).status).toBe(202)
    await eventually(async () =>
      expect(await studio.get('/users/ada/image')).toMatchObject({
        status: 200,
        body: { resized: '800x450', thumbnail: '200x113' },
      }),
    )
    expect(readdirSync(project.path('data/images')).filter((name) => !name.endsWith('.ppm'))).toEqual([])
  })

  test('Many uploads at once are all made.', async () => {
    const users = Array.from({ length: 12 }, (_, index) => `user${index}`)
    const answers = await Promise.all(users.map((user) => upload(studio, user, ppm(400, 300))))
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 202))
    await eventually(async () => {
      const found = await Promise.all(users.map((user) => studio.get(`/users/${user}/image`)))
      expect(found.map(({ status }) => status)).toEqual(users.map(() => 200))
    })
  })

  test('What is no image is logged with the worker and the task, and the worker goes on.', async () => {
    expect((await upload(studio, 'eve', Buffer.from('GIF89a'))).status).toBe(202)
    await eventually(() =>
      expect(studio.output()).toMatch(/"stack":"Error: not a PPM image.*image_worker_[012]: process_image: failed/),
    )
    expect((await studio.get('/users/eve/image')).status).toBe(404)
    await upload(studio, 'bob', ppm(10, 10))
    await eventually(async () => expect((await studio.get('/users/bob/image')).status).toBe(200))
  })

  test('When the queue is full, an upload is refused with 503, and leaves no file.', async () => {
    const other = cliProject()
    const small = await start({ MAX_IMAGES: '1' }, other)
    const users = Array.from({ length: 40 }, (_, index) => `user${index}`)
    const answers = await Promise.all(users.map((user) => upload(small, user, ppm(400, 300))))
    const codes = answers.map(({ status }) => status)
    expect(new Set(codes)).toEqual(new Set([202, 503]))
    small.signal('SIGTERM')
    expect(await small.ended).toBe(0)
    // Two files of each that was taken; nothing else is left.
    const taken = codes.filter((code) => code === 202).length
    expect(readdirSync(other.path('data/images'))).toHaveLength(2 * taken)
  })
})

describe('newsletters', () => {
  test('Each recipient gets one, with a pause after each; a bad address is counted and keeps nobody else from it.', async () => {
    const recipients = ['a@example.com', 'b@bounce.example', 'c@example.com', 'nowhere', 'd@example.com']
    const before = Date.now()
    const { status, body } = await studio.post('/send-newsletter', { recipients, subject: 'News', body: 'Hello' })
    expect(status).toBe(202)
    await eventually(async () =>
      expect((await studio.get(`/newsletters/${body.newsletter}`)).body).toEqual({
        sent: 3,
        failed: ['b@bounce.example', 'nowhere'],
        of: 5,
      }),
    )
    // Four pauses of 50 ms are behind the fifth; timers may be a millisecond early.
    expect(Date.now() - before).toBeGreaterThanOrEqual(190)
    const sent = mailsOf(project).filter(({ subject }) => subject === 'News')
    expect(sent.map(({ to }) => to)).toEqual(['a@example.com', 'c@example.com', 'd@example.com'])
    expect(studio.output()).toMatch(/no newsletter for b@bounce\.example/)
  })

  test('A newsletter for nobody is refused.', async () => {
    const { status } = await studio.post('/send-newsletter', { recipients: [], subject: 'News', body: 'Hello' })
    expect(status).toBe(400)
  })
})

describe('payments', () => {
  test('A payment is charged once however often it is sent, and its status has the result.', async () => {
    gateway.answer('/charges', { status: 503 }, { status: 200, body: { chargeId: 'c1' } })
    const payment = { orderId: 'o1', amount: 4_200, cardToken: 'tok_visa_4711' }
    const first = await studio.post('/process-payment', payment)
    expect(first).toMatchObject({ status: 202, body: { taskId: expect.any(String), status: 'queued' } })
    expect((await studio.post('/process-payment', payment)).body.taskId).toBe(first.body.taskId)
    await eventually(async () =>
      expect(await statusOf(studio, first.body.taskId)).toEqual({
        taskId: first.body.taskId,
        status: 'completed',
        result: { status: 'paid', chargeId: 'c1' },
        error: null,
      }),
    )
    const charges = gateway.to('/charges')
    expect(charges.map(({ headers }) => headers['idempotency-key'])).toEqual([first.body.taskId, first.body.taskId])
    expect(charges.at(-1)?.body).toEqual({ amount: 4_200, cardToken: 'tok_visa_4711' })
    expect((await studio.post('/process-payment', payment)).status).toBe(409)
  })

  test('A card that is declined is not tried again; another one may be.', async () => {
    const before = gateway.to('/charges').length
    gateway.answer('/charges', { status: 402 })
    const { body } = await studio.post('/process-payment', { orderId: 'o2', amount: 1, cardToken: 'tok_empty' })
    await eventually(async () =>
      expect(await statusOf(studio, body.taskId)).toMatchObject({
        status: 'failed',
        result: null,
        error: 'the card was declined',
      }),
    )
    expect(gateway.to('/charges')).toHaveLength(before + 1)
    gateway.answer('/charges', { status: 200, body: { chargeId: 'c2' } })
    const other = await studio.post('/process-payment', { orderId: 'o2', amount: 1, cardToken: 'tok_full' })
    expect(other.body.taskId).not.toBe(body.taskId)
    await eventually(async () => expect((await statusOf(studio, other.body.taskId)).status).toBe('completed'))
  })

  test('A job that is not there is 404.', async () => {
    expect((await studio.get('/task-status/j999999')).status).toBe(404)
    expect((await studio.get('/task-status/nonsense')).status).toBe(404)
  })

  test('The command line reads the same store, and shows no card.', async () => {
    const store = `sqlite:${project.path('data/jobs.db')}`
    const { stdout, stderr } = await project.run([
      'jobs',
      'list',
      '--task',
      'processPayment',
      '--store',
      store,
      '--json',
    ])
    expect(stderr).toBe('')
    expect(stdout).toContain('"o1"')
    expect(stdout).not.toContain('tok_visa_4711')
  })
})

describe('reports', () => {
  test('A report is a file with a line for each payment, and is mailed.', async () => {
    const { status, body } = await studio.post('/generate-report', { kind: 'payments', email: 'boss@example.com' })
    expect(status).toBe(202)
    const { result } = await eventually(async () => {
      const job = await statusOf(studio, body.taskId)
      expect(job.status).toBe('completed')
      return job
    })
    expect(readFileSync(result.file, 'utf8')).toBe('order,state\no1,paid\no2,paid\n')
    expect(mailsOf(project).find(({ to }) => to === 'boss@example.com')).toMatchObject({
      subject: 'Your report: payments',
      attachment: result.file,
    })
  })
})

describe('SIGTERM', () => {
  test('The server finishes the images, newsletters and jobs that it has accepted, and exits with 0.', async () => {
    const other = cliProject()
    const server = await start({}, other)
    gateway.answer('/charges', { status: 200, body: { chargeId: 'c2' } })
    const release = gateway.hold()
    const before = gateway.to('/charges').length
    const recipients = ['a@example.com', 'b@example.com', 'c@example.com']
    await server.post('/send-newsletter', { recipients, subject: 'News', body: 'Hello' })
    await upload(server, 'ada', ppm(1_600, 900))
    const { body } = await server.post('/process-payment', { orderId: 'o3', amount: 1, cardToken: 'tok' })
    await eventually(() => expect(gateway.to('/charges')).toHaveLength(before + 1))
    server.signal('SIGTERM')
    await eventually(() => expect(server.get('/newsletters/0')).rejects.toThrow())
    release()
    expect(await server.ended, server.output()).toBe(0)
    expect(mailsOf(other).map(({ to }) => to)).toEqual(recipients)
    expect(readdirSync(other.path('data/images'))).toHaveLength(2)
    const store = `sqlite:${other.path('data/jobs.db')}`
    expect(await other.json(['status', body.taskId, '--store', store])).toMatchObject({ state: 'completed' })
  })

  test('A job that a killed server had accepted is run by the next one.', async () => {
    const other = cliProject()
    const first = await start({}, other)
    const release = gateway.hold()
    const before = gateway.to('/charges').length
    const { body } = await first.post('/process-payment', { orderId: 'o4', amount: 1, cardToken: 'tok' })
    await eventually(() => expect(gateway.to('/charges')).toHaveLength(before + 1))
    first.signal('SIGKILL')
    await first.ended
    release()
    const second = await start({}, other)
    await eventually(async () => expect((await statusOf(second, body.taskId)).status).toBe('completed'))
    second.signal('SIGTERM')
    expect(await second.ended).toBe(0)
  })
})
