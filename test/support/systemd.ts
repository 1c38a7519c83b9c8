import { execFileSync, spawnSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './folder.js'

export const hasSystemd = canVerify()

function canVerify(): boolean {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** What systemd says of a unit; nothing if it is well. `program`: what ExecStart names. */
export function verified(text: string, program: string): { readonly status: number | null; readonly says: string } {
  const { path: folder, remove } = temporaryFolder()
  onTestFinished(remove)
  const there = join(folder, 'offstage')
  symlinkSync(process.execPath, there)
  const file = join(folder, 'offstage.service')
  writeFileSync(file, text.replace(program, there))
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })
  return { status, says: `${stdout}${stderr}` }
}
