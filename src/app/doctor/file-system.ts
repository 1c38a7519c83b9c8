import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { isFolder } from '../../project/find.js'

// Of Linux: the f_type of statfs(2). Elsewhere the numbers mean other things.
const networkTypes: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4266872130: 'SMB',
  4283649346: 'CIFS',
  16914839: '9p (a folder of the host, as in WSL)',
  12805120: 'Ceph',
  1397113167: 'AFS',
  198183888: 'Lustre',
  2020557398: 'a shared folder of VirtualBox',
}

/** The nearest folder above a path that is there. */
export function nearestFolder(path: string): string {
  const folder = dirname(path)
  return isFolder(folder) || folder === dirname(folder) ? folder : nearestFolder(folder)
}

/** The kind of network file system that a folder is on; null if it is on none that is known. */
export function networkFileSystem(folder: string, typeOf = typeOfFileSystem): string | null {
  if (process.platform !== 'linux') return null
  return networkTypes[typeOf(folder) >>> 0] ?? null
}

function typeOfFileSystem(folder: string): number {
  return statfsSync(folder).type
}
