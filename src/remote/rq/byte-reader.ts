import { PickleError } from './errors.js'

/** Reads bytes from front to back. Every length is checked before anything is made of it: throws PickleError at the end. */
export class ByteReader {
  readonly #bytes: Buffer
  #position = 0
  /** Where the opcode began that is being read: for errors. */
  #opcodeAt = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  opcode(): number {
    this.#opcodeAt = this.#position
    return this.byte()
  }

  byte(): number {
    return this.take(1).readUInt8()
  }

  uint16(): number {
    return this.take(2).readUInt16LE()
  }

  uint32(): number {
    return this.take(4).readUInt32LE()
  }

  int32(): number {
    return this.take(4).readInt32LE()
  }

  /** A length of 8 bytes. One beyond 2^53 is beyond the end as well. */
  uint64(): number {
    return Number(this.take(8).readBigUInt64LE())
  }

  doubleBigEndian(): number {
    return this.take(8).readDoubleBE()
  }

  /** `count` bytes, which share their memory with what is read. */
  take(count: number): Buffer {
    const end = this.#position + count
    if (!(count >= 0) || end > this.#bytes.length) throw this.error('ends too early')
    const taken = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return taken
  }

  /** The text up to the end of the line, of the protocols that write lines. */
  line(): string {
    return this.#line('utf8')
  }

  latin1Line(): string {
    return this.#line('latin1')
  }

  #line(encoding: 'utf8' | 'latin1'): string {
    const end = this.#bytes.indexOf(0x0a, this.#position)
    if (end === -1) throw this.error('ends in the middle of a line')
    const line = this.#bytes.toString(encoding, this.#position, end)
    this.#position = end + 1
    return line
  }

  /** An error at the opcode that was read last. */
  error(what: string): PickleError {
    return new PickleError(what, this.#opcodeAt)
  }
}
