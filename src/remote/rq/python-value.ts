/**
 * What a pickle says of an object of a Python class. It is a record of what was written and nothing else: the class is not looked
 * up, and no code runs. `type`: `datetime.datetime`. A class or function itself has `args` null.
 */
export class PythonObject {
  readonly type: string
  readonly args: readonly PythonValue[] | null
  readonly kwargs: Readonly<Record<string, PythonValue>> | null
  /** What `__setstate__` would be given. */
  state: PythonValue | undefined = undefined
  /** What would be appended, of a class that is like a list. */
  readonly items: PythonValue[] = []
  /** What would be set by key, of a class that is like a dict. */
  readonly entries: Record<string, PythonValue> = Object.create(null)

  constructor(
    type: string,
    args: readonly PythonValue[] | null,
    kwargs: Readonly<Record<string, PythonValue>> | null = null,
  ) {
    this.type = type
    this.args = args
    this.kwargs = kwargs
  }
}

/**
 * A value as Python wrote it. A list, tuple, set or frozenset is an array; bytes and bytearray are a Uint8Array; an int is a
 * number up to 2^53 - 1 and a BigInt beyond. A dict is an object without prototype whose keys are texts: another key is
 * written as Python's `json.dumps` writes it, and a tuple with commas between its members.
 */
export type PythonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PythonValue[]
  | { [key: string]: PythonValue }
  | PythonObject
