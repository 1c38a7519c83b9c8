import { RqValueError } from './errors.js'
import { maxEncodedBytes } from './limits.js'

/** Bytes that grow as they are written. Throws RqValueError beyond 64 MiB. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  /** What was written so far, as a copy. */
  taken(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  byte(value: number): void {
    const at = this.#room(1)
    this.#bytes[at] = value
  }

  uint16(value: number): void {
    const at = this.#room(2)
    this.#bytes.writeUInt16LE(value, at)
  }

  uint32(value: number): void {
    const at = this.#room(4)
    this.#bytes.writeUInt32LE(value, at)
  }

  int32(value: number): void {
    const at = this.#room(4)
    this.#bytes.writeInt32LE(value, at)
  }

  /** The one number of a pickle that is big-endian. */
  doubleBigEndian(value: number): void {
    const at = this.#room(8)
    this.#bytes.writeDoubleBE(value, at)
  }

  bytes(value: Uint8Array): void {
    const at = this.#room(value.length)
    this.#bytes.set(value, at)
  }

  /** Where the next `count` bytes go. */
  #room(count: number): number {
    const at = this.#length
    const end = at + count
    if (end > maxEncodedBytes) throw new RqValueError('the value', `takes more than ${maxEncodedBytes} bytes`)
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, at))
      this.#bytes = larger
    }
    this.#length = end
    return at
  }
}
