import type { ByteReader } from './byte-reader.js'
import type { PythonValue } from './python-value.js'

/** The state of Python's pickle machine: a stack with marks in it, and a memo of what may be referred to again. */
export class PickleStack {
  readonly reader: ByteReader
  readonly #values: PythonValue[] = []
  /** Heights of the stack at which a mark was set. */
  readonly #marks: number[] = []
  // A map: an index of the memo may be four billion.
  readonly #memo = new Map<number, PythonValue>()

  constructor(reader: ByteReader) {
    this.reader = reader
  }

  push(value: PythonValue): void {
    this.#values.push(value)
  }

  pop(): PythonValue {
    this.top()
    return this.#values.pop() as PythonValue
  }

  /** The value on top, which stays. */
  top(): PythonValue {
    const value = this.#values.at(-1)
    if (value === undefined || this.#values.length <= (this.#marks.at(-1) ?? 0))
      throw this.reader.error('takes a value from an empty stack')
    return value
  }

  mark(): void {
    this.#marks.push(this.#values.length)
  }

  /** Takes off everything above the last mark, and the mark. */
  popToMark(): PythonValue[] {
    const height = this.#marks.pop()
    if (height === undefined) throw this.reader.error('has no mark')
    return this.#values.splice(height)
  }

  /** Takes off the value on top, or the mark if that is on top. */
  discard(): void {
    if (this.#values.length === this.#marks.at(-1)) this.#marks.pop()
    else this.pop()
  }

  memoize(index = this.#memo.size): void {
    this.#memo.set(index, this.top())
  }

  recall(index: number): void {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.reader.error(`refers to number ${index} of its memo, which is empty`)
    this.push(value)
  }

  /** The one value that is left at the end. */
  result(): PythonValue {
    const value = this.pop()
    if (this.#values.length > 0 || this.#marks.length > 0) throw this.reader.error('leaves more than one value')
    return value
  }
}
