import { redisPeers } from './on-redis.js'

// A process of its own: a worker of the named peer, on the Redis at the given port.

/** First that it is ready, which is 0; then how long each job had waited. */
export type FromWorker = number

const [name, port] = process.argv.slice(2)
const peer = redisPeers.find((candidate) => candidate.name === name)
if (peer === undefined) throw new Error(`no peer ${name}`)
await peer.serve(Number(port), (sentAt) => {
  const waitedMs = Number(process.hrtime.bigint() - BigInt(sentAt)) / 1e6
  tell(waitedMs)
})
tell(0)

function tell(message: FromWorker): void {
  process.send?.(message)
}
