// Every Node that knows ES modules can read this file: no syntax that came later. `process` is the global one: an import of
// node:process opens stdin, stdout and stderr, which takes 10 ms at each start.

/** The oldest Node.js that everything here runs on: the SQLite driver and the hooks for user modules ask for it. */
export const minimumNode = '22.15.0'

/** One line that says which Node is needed; null if this one will do. */
export function tooOldNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  const [minMajor, minMinor] = minimumNode.split('.').map(Number)
  // The hooks came to Node 23 in 23.5.
  if (major > 23 || (major === 23 && minor >= 5) || (major === minMajor && minor >= minMinor)) return null
  return `offstage needs Node.js ${minMajor}.${minMinor} or newer, and this is ${version} (${process.execPath})`
}

/** Ends the process with exit code 6 if its Node is too old: further on the SQLite driver would crash it. */
export function refuseOldNode() {
  const message = tooOldNode()
  if (message === null) return
  const isJson = process.argv.includes('--json')
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { code: 'E_NODE', message, hint: null } }, null, 2)}\n`)
  else process.stderr.write(`${message}\n`)
  process.exit(6)
}
