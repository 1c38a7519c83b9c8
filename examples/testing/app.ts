import Fastify from 'fastify'
import type { Engine } from 'offstage'
import type * as tasks from './tasks.ts'

/** A server that welcomes by mail, and again after a week. */
export function signUps(engine: Engine<Pick<typeof tasks, 'welcome' | 'digest'>>) {
  const app = Fastify()
  app.post<{ Body: { email: string } }>('/users', async ({ body: { email } }, reply) => {
    await engine.enqueue('welcome', [email])
    await engine.enqueue('digest', [{ to: email }], { delay: '7d', key: `week:${email}` })
    return reply.code(201).send({ email })
  })
  return app
}
