import { tooOldNode } from '../bin/node-version.js'
import { OffstageError } from './domain/errors.js'

// For whoever imports the library, or starts a task process by hand: further on an old Node fails in words of its own.
const message = tooOldNode()
if (message !== null) throw new OffstageError('E_NODE', message)
