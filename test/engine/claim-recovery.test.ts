import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/domain/errors.js'
import { ClaimRecovery } from '../../src/engine/claim-recovery.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import type { ClaimRequest, Store } from '../../src/stores/store.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { newJob, newWorker } from '../support/job.js'

test('What a claim took whose answer was lost is handed back, and nothing else, before the next claim.', async () => {
  const clock = movableClock()
  const store = openMemoryStore(clock)
  const [mine, other] = [await store.register(newWorker(clock)), await store.register(newWorker(clock))]
  await store.enqueue([newJob({ task: 'others' }), newJob({ task: 'known' }), newJob({ task: 'lost' })])
  const request = (worker: string, limit = 1): ClaimRequest => ({ worker, queues: null, limit })
  await store.claim(request(other))
  const known = new Set<string>()
  // The store takes the job, and its process dies before it answers.
  let dies = false
  const dying: Store = {
    ...store,
    async claim(claim) {
      const claims = await store.claim(claim)
      if (!dies) return claims
      dies = false
      throw new StoreUnavailableError('E_STORE_PROCESS', 'it died')
    },
  }
  const recovery = new ClaimRecovery(dying, { has: ({ id }) => known.has(id) }, clock)
  const [first] = await recovery.claim(request(mine))
  known.add(first?.job.id ?? '')
  dies = true
  await expect(recovery.claim(request(mine))).rejects.toMatchObject({ code: 'E_STORE_PROCESS' })
  expect(await store.job('j3')).toMatchObject({ state: 'running', worker: mine })

  const [again, none] = await Promise.all([recovery.claim(request(mine)), recovery.claim(request(mine))])
  expect([...again, ...none].map(({ job, lease }) => [job.task, lease.attempt])).toEqual([['lost', 2]])
  expect(await store.job('j3')).toMatchObject({ failures: 0, losses: 0 })
  expect(await Promise.all(['j1', 'j2'].map(async (id) => (await store.job(id))?.attempt))).toEqual([1, 1])
})
