/** Nesting of arguments and results, the same as in Offstage's own jobs. */
export { maxJsonDepth as maxDepth } from '../../domain/json.js'

/** The arguments or the meta of one job, in bytes: Redis carries 512 MB, but a worker holds them several times. */
export const maxEncodedBytes = 64 * 1024 * 1024

/** Values in the arguments of one job: one that is shared is written, and counted, wherever it occurs. */
export const maxValues = 1_000_000

/**
 * How large a value may become when everything that a pickle refers to twice is written twice: 16 for each value, and one for
 * each character or byte in it. A hundred bytes can describe a list that has more members than there are atoms.
 */
export const maxWeight = 64 * 1024 * 1024
export const valueWeight = 16

/** A whole number of a pickle, in bytes: the time to write it in decimal grows faster than its length. */
export const maxIntegerBytes = 64 * 1024

/** A traceback or arguments, in bytes, once inflated: zlib makes a thousand bytes of one. */
export const maxInflatedBytes = 64 * 1024 * 1024
