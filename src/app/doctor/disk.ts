import { statfsSync } from 'node:fs'
import { formatSize } from '../../domain/size.js'
import { type Checked, type Patient, problem, type Trouble, warning } from './finding.js'
import { folderOfStore } from './store.js'

const megabyte = 1024 ** 2
const enoughBytes = 1024 * megabyte
const hardlyAnyBytes = 50 * megabyte
const enoughFiles = 1_000

/** Whether there is room for the store to grow. */
export function checkDisk({ location }: Patient): Checked {
  const folder = folderOfStore(location)
  if (folder === null) return null
  const { bavail, bsize, files, ffree } = statfsSync(folder)
  const free = bavail * bsize
  const troubles: Trouble[] = []
  if (free < enoughBytes) {
    const isOver = free < hardlyAnyBytes
    const message = `${formatSize(free)} free on ${folder} (under ${isOver ? '50 MB' : '1 GB'})`
    troubles.push((isOver ? problem : warning)(message, 'free some, or move the store: --store sqlite:/data/jobs.db'))
  }
  // Some file systems have no fixed number of files, and say 0.
  if (files > 0 && ffree < enoughFiles) {
    troubles.push(
      warning(`${ffree} inodes free on ${folder} (under ${enoughFiles})`, 'remove small files there: df -i'),
    )
  }
  return troubles.length > 0 ? troubles : `${formatSize(free)} free on ${folder}`
}
