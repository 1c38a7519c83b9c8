import { refuseOldNode } from '../bin/node-version.js'

refuseOldNode()
await import('./compile-cache.js')
// After the line above, which is to hold for all that follows.
await import('./user-code.js')
