import { serve } from '@hono/node-server'
import { createOperations } from './app.ts'

const { env } = process
const operations = await createOperations(env.WORKER === 'embedded')

const server = serve(
  { fetch: operations.app.fetch, port: Number(env.PORT ?? 3000), hostname: '127.0.0.1' },
  ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
)

async function stop(): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
  await operations.close()
  console.log('stopped')
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    stop().catch((error: unknown) => {
      console.error(error)
      process.exitCode = 1
    })
  })
}
