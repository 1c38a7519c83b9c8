import { UsageError } from '../../domain/errors.js'

/**
 * A value that cannot be written for RQ, or a field of a job that could end a worker. `path` says where it sits:
 * `args[0].price`, `kwargs.when`, `timeoutMs`.
 */
export class RqValueError extends UsageError {
  override name = 'RqValueError'
  static override readonly name: string = 'RqValueError'
  readonly path: string

  constructor(path: string, what: string) {
    const shown = path.length <= 120 ? path : `${path.slice(0, 80)}…${path.slice(-30)}`
    super('E_REMOTE', `${shown} ${what}`)
    this.path = path
  }
}

/** Bytes that are no pickle, or one that this reader does not read. Whoever has them still has the bytes themselves. */
export class PickleError extends Error {
  override name = 'PickleError'
  static override readonly name: string = 'PickleError'
  /** Where in the bytes the opcode begins that cannot be read. */
  readonly offset: number

  constructor(what: string, offset: number) {
    super(`the pickle ${what} (at byte ${offset})`)
    this.offset = offset
  }
}
