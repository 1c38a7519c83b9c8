import { refuseOldNode } from '../bin/node-version.js'
import { keepDebuggerClosed } from './closed-debugger.js'

refuseOldNode()
keepDebuggerClosed()
await import('./compile-cache.js')
// After the line above, so that the cache has all that follows.
await import('./user-code.js')
