/** Calls so many times, with so many callers that each await their own call before the next. */
export async function withInFlight(
  count: number,
  callers: number,
  call: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const caller = async () => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

/** The same in batches of at most `size`, one awaited after the other. */
export async function inBatches(
  count: number,
  size: number,
  call: (numbers: readonly number[]) => Promise<unknown>,
): Promise<void> {
  for (let first = 0; first < count; first += size) {
    await call(Array.from({ length: Math.min(size, count - first) }, (_, n) => first + n))
  }
}
