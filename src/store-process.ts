import { refuseOldNode } from '../bin/node-version.js'

// It ends when its host is gone, which closes the channel. A signal to all processes of a server must not end it before
// the server has closed its stores.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {})
refuseOldNode()
await import('./compile-cache.js')
// After the line above, so that the cache has all that follows.
const [{ serveHost }, { openers }] = await Promise.all([import('./stores/apart/host.js'), import('./store-openers.js')])
serveHost(openers)
