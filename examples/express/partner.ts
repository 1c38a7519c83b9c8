import { Router } from 'express'
import { type BackgroundTasks, type Duration, RetryPolicy, retryOnFailure } from 'offstage'
import { z } from 'zod'

const submission = z.record(z.string(), z.unknown())

/** The partner cannot be reached, or is not well: later it may work. */
export class ConnectionError extends Error {
  override name = 'ConnectionError'
}

/** The partner does not want this data, today or tomorrow. */
export class ValidationError extends Error {
  override name = 'ValidationError'
}

/** A partner behind HTTP, which is not always there. */
export function partner(background: BackgroundTasks, url: string, firstWait: Duration): Router {
  /** May fail in any way; each failure is retried. */
  async function submitToPartner(data: object): Promise<void> {
    const { ok, status } = await post(`${url}/submissions`, data)
    if (!ok) throw new Error(`the partner answered ${status}`)
  }

  /** Says by the class of its errors whether it makes sense to try again. */
  async function importAtPartner(data: object): Promise<void> {
    const answer = await post(`${url}/imports`, data).catch((error: unknown) => {
      throw new ConnectionError('the partner cannot be reached', { cause: error })
    })
    if (answer.status === 422) throw new ValidationError(await answer.text())
    if (answer.status >= 500) throw new ConnectionError(`the partner answered ${answer.status}`)
    if (!answer.ok) throw new Error(`the partner answered ${answer.status}, which nobody expects`)
    console.log('data imported at the partner')
  }

  const fetchExternalData = retryOnFailure(new RetryPolicy({ maxRetries: 3, initialDelay: firstWait, factor: 2 }))(
    async function fetchExternalData(path: string): Promise<unknown> {
      const answer = await fetch(`${url}/${path}`, { signal: AbortSignal.timeout(10_000) })
      if (!answer.ok) throw new Error(`${path}: the partner answered ${answer.status}`)
      return answer.json()
    },
  )

  const everyError = new RetryPolicy({
    maxRetries: 3,
    initialDelay: firstWait,
    maxDelay: '1m',
    exponentialBackoff: true,
  })
  const connectionsOnly = new RetryPolicy({
    maxRetries: 3,
    initialDelay: firstWait,
    retryOn: [ConnectionError],
    dontRetryOn: [ValidationError],
  })

  const router = Router()

  router.post('/submit-data', (request, response) => {
    background.with({ retry: everyError }).addTask(submitToPartner, submission.parse(request.body))
    background.start()
    response.status(202).json({ message: 'The data is on its way.' })
  })

  router.post('/import-data', (request, response) => {
    background.with({ retry: connectionsOnly }).addTask(importAtPartner, submission.parse(request.body))
    background.start()
    response.status(202).json({ message: 'The data is being imported.' })
  })

  // Here the caller waits, so the retries are part of the request.
  router.get('/rates', async (_, response) => {
    response.json(await fetchExternalData('rates'))
  })

  return router
}

function post(url: string, data: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
    signal: AbortSignal.timeout(10_000),
  })
}
