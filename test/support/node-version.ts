import { tooOldNode } from '../../bin/node-version.js'

/** Says in one line that Node is too old, where otherwise each test would fail in its own way. */
export default function refuseOldNode(): void {
  const tooOld = tooOldNode()
  if (tooOld !== null) throw new Error(tooOld)
}
