import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { task } from 'offstage'

/** Makes a token, and has it removed in an hour. */
export const request = task({}, async (email: string) => {
  const id = randomUUID()
  mkdirSync('data/tokens', { recursive: true })
  writeFileSync(`data/tokens/${id}`, email)
  const { id: removal } = await remove.with({ delay: '1h', key: `remove:${id}` }).enqueue(id)
  console.log(`${removal} removes it`)
  return { id }
})

export const remove = task({ retry: { maxRetries: 10 } }, (id: string) => {
  rmSync(`data/tokens/${id}`, { force: true })
})
