import { tooOldNode } from '../bin/node-version.js'
import { OffstageError } from './domain/errors.js'

// For programs that import the library or start a task process themselves: an old Node would fail later with an unclear
// error.
const message = tooOldNode()
if (message !== null) throw new OffstageError('E_NODE', message)
