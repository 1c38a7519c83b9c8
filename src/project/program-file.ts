import { accessSync, constants, existsSync, type Stats, statSync } from 'node:fs'
import { delimiter, extname, join } from 'node:path'
import { startOfFile } from './file-start.js'

const elf = '\u007fELF'
const scriptExtensions = new Set(['', '.sh', '.bash', '.zsh', '.fish', '.py', '.rb', '.pl', '.php', '.lua', '.r'])

// The kernel reads no more of the first line.
const headBytes = 256

/**
 * Whether a file is meant to be a program: it begins as a script or an ELF binary does, or is a script by its name and
 * has its run bit.
 */
export function isMeantAsProgram(path: string): boolean {
  try {
    const stat = statSync(path)
    if (!stat.isFile() || (!canRun(stat) && !isScriptName(path))) return false
    return isExecutable(startOfFile(path, headBytes)) || (canRun(stat) && extname(path) !== '' && isScriptName(path))
  } catch {
    return false // gone since, or not to be read
  }
}

/** Why the system cannot run a program, with the fix; null if it can. */
export function programFault(path: string): string | null {
  const head = startOfFile(path, headBytes)
  if (!isExecutable(head))
    return `${path}: does not begin with #! and an interpreter; write such as #!/bin/sh in its first line`
  if (!canRun(statSync(path))) return `${path}: is a program without its run bit: chmod +x ${path}`
  const [line = ''] = head.toString('latin1').split('\n')
  if (!line.startsWith('#!')) return null
  if (line.endsWith('\r')) {
    return `${path}: its lines end with CR LF, so its interpreter cannot be found; save it with LF`
  }
  const [interpreter = '', argument] = line.slice(2).trim().split(/\s+/)
  const missing = existsSync(interpreter) ? missingByEnv(interpreter, argument) : interpreter
  return missing === null
    ? null
    : `${path}: its interpreter ${missing} is not there; install it, or mend the first line`
}

/** Of `#!/usr/bin/env NAME`, the name if it is no program on the PATH. */
function missingByEnv(interpreter: string, name = ''): string | null {
  if (!interpreter.endsWith('/env') || !/^[\w.+-]+$/.test(name) || name.startsWith('-')) return null
  return isOnPath(name, process.env.PATH) ? null : name
}

/** Whether a program of that name is in a folder of `path`. */
export function isOnPath(name: string, path = ''): boolean {
  return path.split(delimiter).some((folder) => mayRun(join(folder, name)))
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const canRun = ({ mode }: Stats) => (mode & 0o111) !== 0
const isScriptName = (path: string) => scriptExtensions.has(extname(path).toLowerCase())

function isExecutable(head: Buffer): boolean {
  const start = head.toString('latin1', 0, 4)
  return start.startsWith('#!') || start === elf
}
