import { expect, test } from 'vitest'
import { patiently } from '../../../src/app/jobs/patiently.js'
import { StoreLostError, StoreUnavailableError } from '../../../src/domain/errors.js'

const down = new StoreUnavailableError('E_STORE_UNAVAILABLE', 'it does not answer')
const forEver = new AbortController().signal

test('A store that cannot be reached for now is read again.', async () => {
  const answers = [Promise.reject(down), Promise.resolve('here')]
  expect(await patiently(forEver, async () => answers.shift())).toBe('here')
})

test.each([
  ['the store is lost', new StoreLostError('E_STORE_CLOSED', 'it was closed')],
  ['it is another error', new Error('boom')],
])('It is read once if %s.', async (_, error) => {
  let reads = 0
  const reading = patiently(forEver, async () => {
    reads++
    throw error
  })
  await expect(reading).rejects.toBe(error)
  expect(reads).toBe(1)
})

test('Whoever does not wait any more hears the error.', async () => {
  const over = AbortSignal.timeout(10)
  await expect(patiently(over, () => Promise.reject(down))).rejects.toBe(down)
})
