import type { FastifyInstance } from 'fastify'
import type { Engine } from 'offstage'
import type { Payment, PaymentStates, paymentTask } from './payments.ts'
import type { reportTask } from './reports.ts'

export type StudioTasks = {
  readonly processPayment: ReturnType<typeof paymentTask>
  readonly generateReport: ReturnType<typeof reportTask>
}

const text = { type: 'string' }
const paymentSchema = {
  body: {
    type: 'object',
    required: ['orderId', 'amount', 'cardToken'],
    properties: { orderId: text, amount: { type: 'integer', minimum: 1 }, cardToken: text },
  },
}
const reportSchema = {
  body: { type: 'object', required: ['kind', 'email'], properties: { kind: text, email: text } },
}

/** What must not be lost: these jobs survive a crash of the server. */
export function addDurable(app: FastifyInstance, engine: Engine<StudioTasks>, payments: PaymentStates): void {
  app.post<{ Body: Payment }>('/process-payment', { schema: paymentSchema }, async (request, reply) => {
    const { orderId } = request.body
    if (payments.get(orderId) === 'paid') return reply.code(409).send({ error: 'This order is paid.' })
    // Whoever presses the button twice meanwhile gets the same job. After a declined card another may be tried.
    const { id } = await engine.enqueue('processPayment', [request.body], { key: `payment:${orderId}` })
    return reply.code(202).send({ taskId: id, status: 'queued' })
  })

  app.post<{ Body: { kind: string; email: string } }>(
    '/generate-report',
    { schema: reportSchema },
    async ({ body }, reply) => {
      const { id } = await engine.enqueue('generateReport', [body.kind, body.email])
      return reply.code(202).send({ taskId: id, message: 'The report is being made.' })
    },
  )

  app.get<{ Params: { id: string } }>('/task-status/:id', async ({ params }, reply) => {
    const job = await engine.job(params.id)
    if (job === null) return reply.code(404).send({ error: 'There is no such task.' })
    return { taskId: job.id, status: job.state, result: job.result, error: job.error?.message ?? null }
  })
}
