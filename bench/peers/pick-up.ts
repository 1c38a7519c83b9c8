import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { plainEnvironment } from '../environment.js'
import { type Latency, latencyOf, sendUnevenly, warmUpPickUps } from '../latency.js'
import type { Rounds } from '../measure.js'
import { redisPeers, titleOf } from './on-redis.js'
import type { RedisPeer } from './peer.js'
import type { FromWorker } from './pick-up-worker.js'
import { fsyncs, redisServerVersion, withRedisServer } from './redis-server.js'

const workerFile = fileURLToPath(new URL('./pick-up-worker.ts', import.meta.url))
const patienceMs = 10_000

/** How soon an idle worker of each peer, in another process, runs a job. Empty without a redis-server. */
export async function peerPickUps({ inFolder }: Pick<Rounds, 'inFolder'>, jobs: number): Promise<Latency[]> {
  if (redisServerVersion() === null) return []
  const latencies: Latency[] = []
  for (const peer of redisPeers) {
    for (const fsync of fsyncs) {
      const waitedMs = await inFolder((own) => withRedisServer(own, fsync, (port) => pickUps(peer, port, jobs)))
      latencies.push(latencyOf(titleOf(peer, fsync), waitedMs))
    }
  }
  return latencies
}

async function pickUps(peer: RedisPeer, port: number, jobs: number): Promise<number[]> {
  const queue = await peer.open(port)
  const worker = fork(workerFile, [peer.name, String(port)], { env: plainEnvironment() })
  const kill = () => worker.kill('SIGKILL')
  process.on('exit', kill)
  const exit = once(worker, 'exit')
  try {
    await told(worker, 1) // that it is ready
    const waitedMs = told(worker, warmUpPickUps + jobs)
    await sendUnevenly(warmUpPickUps + jobs, (sentAt) => queue.add(sentAt))
    return (await waitedMs).slice(warmUpPickUps)
  } finally {
    kill()
    await exit
    process.off('exit', kill)
    await queue.close()
  }
}

/** Resolves when the worker has told so much; rejects if it ends, or has nothing to tell for long. */
function told(worker: ChildProcess, count: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const told: number[] = []
    const giveUp = () => reject(new Error(`the worker of a peer told ${told.length} of ${count}`))
    let late = setTimeout(giveUp, patienceMs)
    const listen = (waitedMs: FromWorker) => {
      clearTimeout(late)
      told.push(waitedMs)
      if (told.length < count) {
        late = setTimeout(giveUp, patienceMs)
        return
      }
      worker.off('message', listen)
      worker.off('exit', giveUp)
      resolve(told)
    }
    worker.on('message', listen)
    worker.once('exit', giveUp)
  })
}
