#!/usr/bin/env node
import { refuseOldNode } from './node-version.js'

refuseOldNode()
// Only now: what follows has syntax and imports that an old Node refuses in words of its own.
void import('../dist/src/compile-cache.js').then(() => import('../dist/src/cli.js')).then(({ main }) => main())
