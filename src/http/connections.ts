import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Keeps a server to `most` connections. A new one takes the place of the one that has been idle the longest, or of the oldest
 * one if all are busy: whoever holds connections without a use for them must not keep a probe out.
 */
export function limitConnections(server: Server, most: number): void {
  // Both in the order in which they became so. A socket is in one of the two.
  const idle = new Set<Socket>()
  const busy = new Set<Socket>()
  server.on('connection', (socket) => {
    idle.add(socket)
    socket.once('close', () => {
      idle.delete(socket)
      busy.delete(socket)
    })
    if (idle.size + busy.size <= most) return
    const [longest] = idle.size > 1 ? idle : busy
    if (longest === undefined) return
    idle.delete(longest)
    busy.delete(longest)
    longest.destroy()
  })
  server.on('request', ({ socket }, response) => {
    idle.delete(socket)
    busy.add(socket)
    response.once('close', () => {
      if (busy.delete(socket) && !socket.destroyed) idle.add(socket)
    })
  })
}
