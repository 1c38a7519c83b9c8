import { createHmac } from 'node:crypto'
import { text } from 'node:stream/consumers'

/**
 * Posts one notification, which it reads from stdin. Exits with 0 for an answer of 2xx, with 65 for one that another
 * try would not change, and with 1 for any other. Says what came of it without the URL, which may be a secret.
 */
interface Post {
  readonly url: string
  readonly secret: string | null
  readonly timeoutMs: number
  readonly body: string
}

// What a receiver says when a later try may be welcome.
const temporary = [408, 429]
const exDataErr = 65

const { url, secret, timeoutMs, body } = JSON.parse(await text(process.stdin)) as Post
const { host } = new URL(url)
const signature = secret === null ? null : createHmac('sha256', secret).update(body).digest('hex')
try {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'offstage',
      ...(signature === null ? {} : { 'X-Offstage-Signature': `sha256=${signature}` }),
    },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
  const { status } = answer
  const isRefused = status >= 400 && status < 500 && !temporary.includes(status)
  if (status >= 200 && status < 300) process.exit(0)
  process.stderr.write(`${host} answered ${status}\n`)
  process.exit(isRefused ? exDataErr : 1)
} catch (thrown) {
  process.stderr.write(`${host} cannot be reached: ${reasonOf(thrown)}\n`)
  process.exit(isBadPort(thrown) ? exDataErr : 1)
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  const { cause } = thrown
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  if (code !== null) return code
  return isBadPort(thrown) ? 'bad port, which fetch refuses' : thrown.name
}

/** Whether fetch refuses the port of the URL, as it does for those of other protocols: another try is refused too. */
function isBadPort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.cause instanceof Error && thrown.cause.message === 'bad port'
}
