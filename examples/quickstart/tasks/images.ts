import { task } from 'offstage'

/** Pretends to resize a picture. Try: offstage run images.resize photo.png 800 fit=cover */
export const resize = task(
  { retry: { maxRetries: 3, initialDelay: '200ms' }, timeout: '30s', queue: 'images' },
  async (file: string, width: number, options: { fit?: 'cover' | 'contain' } = {}) => {
    console.log(`resizing ${file} to ${width} pixels (${options.fit ?? 'contain'})`)
    return { file, width, fit: options.fit ?? 'contain' }
  },
)

/** Enqueues a job for each picture. Try: offstage run images.album a.png b.png */
export async function album(...files: string[]) {
  const jobs = await Promise.all(files.map((file) => resize.enqueue(file, 800)))
  return jobs.map((job) => job.id)
}
