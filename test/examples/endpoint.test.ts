import { join } from 'node:path'
import fastify from 'fastify'
import { createTestEngine } from 'offstage/testing'
import 'offstage/testing/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { addDurable } from '../../examples/fastify/durable.js'
import { type PaymentStates, paymentTask } from '../../examples/fastify/payments.js'
import { reportTask } from '../../examples/fastify/reports.js'
import type { SendEmail } from '../../examples/stand-ins/mail.js'
import { temporaryFolder } from '../support/folder.js'
import { WebService } from '../support/web-service.js'

const payment = { orderId: 'o1', amount: 4_200, cardToken: 'tok_visa_4711' }

/** The endpoints and tasks of the studio over an engine in memory, whose time the test moves. */
async function studio() {
  const gateway = await WebService.listen()
  onTestFinished(() => gateway.close())
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  const payments: PaymentStates = new Map()
  const mails: Parameters<SendEmail>[] = []
  const sendEmail: SendEmail = async (...mail) => void mails.push(mail)
  const engine = await createTestEngine({
    tasks: {
      processPayment: paymentTask(`${gateway.url}/charges`, payments),
      generateReport: reportTask(sendEmail, join(folder.path, 'reports'), payments),
    },
  })
  onTestFinished(() => engine.close())
  const app = fastify()
  onTestFinished(() => app.close())
  addDurable(app, engine, payments)
  const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload })
  const statusOf = async (id: string) => (await app.inject(`/task-status/${id}`)).json()
  return { gateway, engine, mails, post, statusOf }
}

test('The endpoint answers at once, and has enqueued one job with the options of its task.', async () => {
  const { engine, gateway, post } = await studio()
  const { statusCode, json } = await post('/process-payment', payment)
  expect({ statusCode, body: json() }).toEqual({ statusCode: 202, body: { taskId: 'j1', status: 'queued' } })
  await post('/process-payment', payment) // the button was pressed twice
  expect(engine).toHaveEnqueued('processPayment', [payment], { queue: 'payments', timeoutMs: 60_000 })
  expect(engine.jobsFor('processPayment')).toHaveLength(1)
  expect(gateway.requests).toEqual([])
})

test('A gateway that is down is asked again after a second; no test waits for that.', async () => {
  const { engine, gateway, post, statusOf } = await studio()
  gateway.answer('/charges', { status: 503 }, { status: 200, body: { chargeId: 'c1' } })
  await post('/process-payment', payment)
  await engine.drain()
  expect(await statusOf('j1')).toMatchObject({ status: 'scheduled', error: 'the gateway answered 503' })
  await engine.advance('1s')
  expect(engine).toHaveCompleted('processPayment', [payment])
  expect(await statusOf('j1')).toMatchObject({ status: 'completed', result: { status: 'paid', chargeId: 'c1' } })
})

test('A declined card fails its job for good, and the report says so.', async () => {
  const { engine, gateway, mails, post } = await studio()
  gateway.answer('/charges', { status: 402 })
  await post('/process-payment', payment)
  await engine.drain()
  expect(engine).toHaveFailed('processPayment', [payment], 'declined')
  await post('/generate-report', { kind: 'payments', email: 'boss@example.com' })
  await engine.drain()
  expect(engine).toHaveCompleted('generateReport', ['payments', 'boss@example.com'])
  expect(mails).toEqual([
    ['boss@example.com', 'Your report: payments', expect.any(String), expect.stringMatching(/\.csv$/)],
  ])
})
