import { mkdir, writeFile } from 'node:fs/promises'
import { currentJob } from 'offstage'
import { inData } from '../data.ts'

/** Squares numbers, saves them, and says how many there were. */
export async function processBatch(numbers: readonly number[]): Promise<number> {
  const { id, progress, signal } = currentJob()
  const results: number[] = []
  for (const number of numbers) {
    // The time is over, or somebody has cancelled the job.
    signal.throwIfAborted()
    results.push(number ** 2)
    progress(results.length / numbers.length)
  }
  await mkdir(inData('batches'), { recursive: true })
  await writeFile(inData('batches', `${id}.json`), JSON.stringify(results))
  return results.length
}
