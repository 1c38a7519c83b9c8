#!/usr/bin/env node
// The version of Node is npm's to check, at installation: here it would cost 5 ms at every start.
process.env.OCLIF_DISABLE_ENGINE_WARNING = '1'
const { main } = await import('../dist/src/cli.js')

await main(import.meta.url)
