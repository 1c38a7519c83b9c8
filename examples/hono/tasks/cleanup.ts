import { mkdir, readdir, rm } from 'node:fs/promises'
import { inData } from '../data.ts'

/** Removes temporary files. One that cannot be removed does not keep the others. */
export async function removeTempFiles(): Promise<{ readonly removed: number }> {
  await mkdir(inData('tmp'), { recursive: true })
  const names = (await readdir(inData('tmp'))).filter((name) => name.startsWith('ops-'))
  const outcomes = await Promise.allSettled(names.map((name) => rm(inData('tmp', name))))
  return { removed: outcomes.filter(({ status }) => status === 'fulfilled').length }
}
