import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { TaskQueue } from 'offstage'
import { fitInto, readPpm, writePpm } from '../stand-ins/ppm.ts'

interface UserImage {
  readonly resized: string
  readonly thumbnail: string
}

/** Uploads go to a queue, and its workers make the sizes of the image that pages show. */
export function addImages(app: FastifyInstance, queue: TaskQueue, folder: string): void {
  const images = new Map<string, UserImage>()

  async function processImage(file: string, userId: string): Promise<void> {
    const image = readPpm(await readFile(file))
    const made = { resized: `${file}-800.ppm`, thumbnail: `${file}-200.ppm` }
    await writeFile(made.resized, writePpm(fitInto(image, 800, 600)))
    await writeFile(made.thumbnail, writePpm(fitInto(image, 200, 200)))
    images.set(userId, made)
    await rm(file)
  }

  app.addContentTypeParser('image/x-portable-pixmap', { parseAs: 'buffer' }, (_, body, done) => done(null, body))

  app.post<{ Querystring: { user: string }; Body: Buffer }>(
    '/upload-image',
    { schema: { querystring: { type: 'object', required: ['user'], properties: { user: { type: 'string' } } } } },
    async (request, reply) => {
      await mkdir(folder, { recursive: true })
      const file = join(folder, randomUUID())
      await writeFile(file, request.body)
      // A server that cannot keep up says so, instead of filling its memory.
      if (!queue.tryPut({ type: 'process_image', function: processImage, args: [file, request.query.user] })) {
        await rm(file)
        return reply.code(503).header('retry-after', '1').send({ error: 'Too many images wait. Try again soon.' })
      }
      return reply.code(202).send({ message: 'The image is queued.' })
    },
  )

  app.get<{ Params: { user: string } }>('/users/:user/image', async ({ params }, reply) => {
    const image = images.get(params.user)
    if (image === undefined) return reply.code(404).send({ error: 'There is no image of this user.' })
    const [resized, thumbnail] = [await sizeOf(image.resized), await sizeOf(image.thumbnail)]
    return { resized, thumbnail }
  })
}

async function sizeOf(file: string): Promise<string> {
  const { width, height } = readPpm(await readFile(file))
  return `${width}x${height}`
}
