import { accessSync, constants, statSync } from 'node:fs'

/** Why the system started no program, in words: it has one code for a missing program, interpreter and folder. */
export function startFault({ code, path, message }: NodeJS.ErrnoException, cwd: string | null): string {
  const ofFolder = cwd === null ? null : folderFault(cwd)
  if (ofFolder !== null) return ofFolder
  if (code === 'ENOENT' && path !== undefined)
    return path.includes('/')
      ? `ENOENT: there is no ${path}, or its interpreter is missing`
      : `ENOENT: ${path} is in no folder of PATH`
  if (code === 'EACCES' && path !== undefined) return `EACCES: ${path} may not be run`
  return code ?? message
}

function folderFault(cwd: string): string | null {
  try {
    if (!statSync(cwd).isDirectory()) return `its folder ${cwd} is no folder`
    accessSync(cwd, constants.X_OK)
    return null
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return `its folder ${cwd} does not exist`
    return code === 'EACCES' ? `its folder ${cwd} cannot be entered: EACCES` : null
  }
}
