import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder in the user's own cache, made with mode 0700. null where there is none or it cannot be made: what is kept there
 * is run later, so a shared folder such as /tmp, where others may plant code, is no substitute.
 */
export function cacheFolder(name: string): string | null {
  const folder = place(name)
  if (folder === null) return null
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  } catch {
    return null // a read-only home, or a file in its place
  }
}

function place(name: string): string | null {
  const { OFFSTAGE_CACHE_DIR, XDG_CACHE_HOME } = process.env
  if (OFFSTAGE_CACHE_DIR) return join(OFFSTAGE_CACHE_DIR, name)
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'offstage', name)
  try {
    const home = homedir()
    return home === '' || home === '/' ? null : join(home, '.cache', 'offstage', name)
  } catch {
    return null // neither HOME nor an entry in passwd
  }
}
