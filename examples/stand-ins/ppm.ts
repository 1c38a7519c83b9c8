/** An image: three bytes a pixel, row by row. */
export interface Image {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** Reads a binary PPM (`P6`, 8 bits a channel). Throws if it is none. */
export function readPpm(file: Uint8Array): Image {
  const head = Buffer.from(file.subarray(0, 64)).toString('latin1')
  const match = /^P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s/.exec(head)
  if (match === null) throw new Error('not a PPM image (P6, 8 bits a channel)')
  const [width, height] = [Number(match[1]), Number(match[2])]
  const pixels = file.subarray(match[0].length)
  if (width === 0 || height === 0 || pixels.length !== width * height * 3) {
    throw new Error(
      `a PPM image of ${width} x ${height} has ${width * height * 3} bytes of pixels, not ${pixels.length}`,
    )
  }
  return { width, height, pixels }
}

export function writePpm({ width, height, pixels }: Image): Uint8Array {
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels])
}

/** The image made smaller, so that it fits in `maxWidth` x `maxHeight`. Its proportions stay. */
export function fitInto(image: Image, maxWidth: number, maxHeight: number): Image {
  const scale = Math.min(1, maxWidth / image.width, maxHeight / image.height)
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const fromY = Math.floor((y * image.height) / height)
    for (let x = 0; x < width; x++) {
      const from = (fromY * image.width + Math.floor((x * image.width) / width)) * 3
      pixels.set(image.pixels.subarray(from, from + 3), (y * width + x) * 3)
    }
  }
  return { width, height, pixels }
}
