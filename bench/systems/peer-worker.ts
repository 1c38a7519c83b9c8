import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { plainEnvironment } from '../environment.js'
import type { Peer } from './peer.js'
import type { Answer, Order } from './peer-worker-program.js'
import type { System, SystemWorker } from './system.js'

const program = fileURLToPath(new URL('./peer-worker-program.ts', import.meta.url))

/** A peer with its worker in a process of its own. */
export function asSystem(peer: Peer): System {
  return { ...peer, startWorker: (address, concurrency) => start([peer.id, address, String(concurrency)]) }
}

async function start(args: readonly string[]): Promise<SystemWorker> {
  const child = fork(program, args, { env: plainEnvironment() })
  const kill = () => child.kill('SIGKILL')
  process.prependListener('exit', kill)
  const exit = once(child, 'exit')
  await answer(child)
  return {
    pid: child.pid ?? 0,
    drain: async (count) => Number(await ask(child, count)),
    serve: async () => {
      await ask(child, 'serve')
    },
    stop: async () => {
      kill()
      await exit
      process.off('exit', kill)
    },
  }
}

function ask(child: ChildProcess, order: Order): Promise<Answer> {
  child.send(order)
  return answer(child)
}

/** Rejects if the worker ends instead. */
async function answer(child: ChildProcess): Promise<Answer> {
  const answered = new AbortController()
  const { signal } = answered
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the worker of a peer ended with exit code ${code}`)
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message as Answer
  } finally {
    ended.catch(() => {})
    answered.abort()
  }
}
