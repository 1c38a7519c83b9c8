import fc from 'fast-check'
import type { RqValue } from '../../src/remote/rq/plain-value.js'

const border = [0, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]
const bigBorder = [63n, 64n, 127n, 128n, 2_039n, 2_040n].flatMap((bits) => [2n ** bits, 2n ** bits - 1n])
const integers = fc.oneof(
  fc.constantFrom(...border, ...border.map((value) => -value - (value === Number.MAX_SAFE_INTEGER ? 0 : 1))),
  fc.maxSafeInteger(),
  fc.constantFrom(...bigBorder, ...bigBorder.map((value) => -value), ...bigBorder.map((value) => -value - 1n)),
  fc.bigInt({ min: -(2n ** 2_100n), max: 2n ** 2_100n }),
)
// Whole numbers beyond 2^53 - 1 are refused unless they are BigInts.
const floats = fc.double().filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value))
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '__proto__', 'é', '😀', 'x'.repeat(300)),
)

/** Values that both languages have. */
export const values: fc.Arbitrary<RqValue> = fc.letrec<{ value: RqValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    integers,
    floats,
    texts,
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value')),
    fc.dictionary(texts, tie('value'), { noNullPrototype: false }),
  ),
})).value
