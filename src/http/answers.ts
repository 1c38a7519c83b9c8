import type { WorkerProbe } from '../app/workers/worker-probe.js'
import type { Clock } from '../domain/clock.js'
import { shared } from './shared.js'

export interface Answer {
  readonly status: number
  readonly text: string
  /** Default: plain text. */
  readonly type?: string
  /** The methods that a path has. */
  readonly allow?: string
}

const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'
const noStore = 'the store does not answer'

/** The answers of the endpoint by method and URL. They never reject. */
export function answers(probe: WorkerProbe, clock: Clock): (method: string, url: string) => Promise<Answer> {
  const metrics = shared(() => probe.metrics(), clock)
  const whyNotAlive = shared(() => probe.whyNotAlive(), clock)
  const isWell = (why: string | null): Answer =>
    why === null ? { status: 200, text: 'ok' } : { status: 503, text: why }
  const pages: Readonly<Record<string, () => Promise<Answer>>> = {
    '/metrics': async () => ({ status: 200, text: await metrics(), type: prometheusType }),
    '/healthz': async () => isWell(await whyNotAlive()),
    '/readyz': async () => isWell(probe.whyNotClaiming ?? (await whyNotAlive())),
  }
  return async (method, url) => {
    const path = pathOf(url)
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    if (page === undefined) return { status: 404, text: `there are ${Object.keys(pages).join(', ')}` }
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'GET and HEAD only', allow: 'GET, HEAD' }
    // Why it does not answer may name files: that is for the worker's own log.
    return page().catch(() => ({ status: 503, text: noStore }))
  }
}

/** Whether a URL is one that asks after the worker: its answers are shared, and cost nothing to repeat. */
export function isProbe(url: string): boolean {
  return ['/healthz', '/readyz'].includes(pathOf(url))
}

function pathOf(url: string): string {
  return url.replace(/\?.*$/s, '')
}
