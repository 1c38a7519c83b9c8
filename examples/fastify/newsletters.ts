import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { TaskQueue } from 'offstage'
import type { SendEmail } from '../stand-ins/mail.ts'

interface Newsletter {
  readonly recipients: readonly string[]
  readonly subject: string
  readonly body: string
}

interface Progress {
  sent: number
  readonly failed: string[]
  readonly of: number
}

/** Newsletters: one item of the queue for all recipients of one. */
export function addNewsletters(app: FastifyInstance, queue: TaskQueue, sendEmail: SendEmail, pauseMs: number): void {
  const progress: Progress[] = []

  async function sendBulkEmail(number: number, { recipients, subject, body }: Newsletter): Promise<void> {
    const counts = progress[number]
    for (const recipient of recipients) {
      try {
        await sendEmail(recipient, subject, body)
        if (counts !== undefined) counts.sent++
      } catch (error) {
        // One bad address does not keep the newsletter from the others.
        app.log.error({ err: error }, `no newsletter for ${recipient}`)
        counts?.failed.push(recipient)
      }
      // The provider takes ten mails a second.
      await sleep(pauseMs)
    }
  }

  const schema = {
    body: {
      type: 'object',
      required: ['recipients', 'subject', 'body'],
      properties: {
        recipients: { type: 'array', items: { type: 'string' }, minItems: 1 },
        subject: { type: 'string' },
        body: { type: 'string' },
      },
    },
  }

  app.post<{ Body: Newsletter }>('/send-newsletter', { schema }, async (request, reply) => {
    const of = request.body.recipients.length
    const number = progress.push({ sent: 0, failed: [], of }) - 1
    // Waits while the queue is full: who sends newsletters has time.
    await queue.put({ type: 'bulk_email', function: sendBulkEmail, args: [number, request.body] })
    return reply.code(202).send({ newsletter: number, message: `The newsletter for ${of} recipients is queued.` })
  })

  app.get<{ Params: { number: string } }>('/newsletters/:number', async ({ params }, reply) => {
    const counts = progress[Number(params.number)]
    return counts ?? reply.code(404).send({ error: 'There is no such newsletter.' })
  })
}
