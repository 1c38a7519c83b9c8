import { join } from 'node:path'
import { createStudio } from './app.ts'

const { env } = process
const studio = await createStudio({
  folder: env.DATA_DIR ?? join(import.meta.dirname, 'data'),
  gatewayUrl: env.GATEWAY_URL ?? 'http://127.0.0.1:4000',
  maxImages: Number(env.MAX_IMAGES ?? 1_000),
  mailPauseMs: Number(env.MAIL_PAUSE_MS ?? 100),
})
console.log(`listening on ${await studio.listen({ port: Number(env.PORT ?? 3000), host: '127.0.0.1' })}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    studio.close().then(
      () => console.log('stopped'),
      (error: unknown) => {
        console.error(error)
        process.exitCode = 1
      },
    )
  })
}
