import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createShop } from './app.ts'

const { env } = process
const shop = createShop({
  folder: env.DATA_DIR ?? join(import.meta.dirname, 'data'),
  resetTokensLive: env.RESET_TOKENS_LIVE ?? '1h',
  warehouseUrl: env.WAREHOUSE_URL ?? null,
  partnerUrl: env.PARTNER_URL ?? 'http://127.0.0.1:4000',
  firstWait: env.FIRST_WAIT ?? '1s',
})

const server = shop.app.listen(Number(env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error !== undefined) throw error
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

async function stop(): Promise<void> {
  // First no more requests, then what they have started.
  await new Promise((resolve) => server.close(resolve))
  await shop.close()
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
