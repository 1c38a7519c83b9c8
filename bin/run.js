#!/usr/bin/env node
import { refuseOldNode } from './node-version.js'

refuseOldNode()
// A shell that completes a line asks by this word: the answer must not wait for the code of the commands.
const entry = process.argv[2] === '__complete' ? '../dist/src/cli/complete.js' : '../dist/src/cli.js'
// Only now: what follows has syntax and imports that an old Node refuses in words of its own.
void import('../dist/src/compile-cache.js').then(() => import(entry)).then(({ main }) => main())
