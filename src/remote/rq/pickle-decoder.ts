import { ByteReader } from './byte-reader.js'
import { boundsProblem } from './pickle-bounds.js'
import { steps } from './pickle-opcodes.js'
import { PickleStack } from './pickle-stack.js'
import type { PythonValue } from './python-value.js'

const stop = 0x2e

/**
 * The value of a pickle of any protocol up to 5. A pickle is a program that may call any function of Python; here nothing is called
 * and no class is looked up: an object is a record of what the pickle says. The answer holds no circle, is nested at most 200
 * levels deep, and can be walked through in bounded time. Bytes behind the end of the pickle are ignored, as Python does.
 * Throws PickleError, with the offset of the opcode that it could not follow.
 */
export function decodePickle(bytes: Uint8Array): PythonValue {
  const reader = new ByteReader(bytes)
  const stack = new PickleStack(reader)
  for (let opcode = reader.opcode(); opcode !== stop; opcode = reader.opcode()) {
    const step = steps.get(opcode)
    if (step === undefined)
      throw reader.error(`has the opcode 0x${opcode.toString(16).padStart(2, '0')}, which is unknown`)
    step(stack)
  }
  const value = stack.result()
  const problem = boundsProblem(value)
  if (problem !== null) throw reader.error(problem)
  return value
}
