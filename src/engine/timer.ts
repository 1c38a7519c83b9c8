const maxMs = 2 ** 31 - 1

/** Calls `run` after `delayMs`, also where that is longer than setTimeout can count (24.8 days). Answers how to stop it. */
export function after(delayMs: number, run: () => void): () => void {
  let timer: NodeJS.Timeout
  const arm = (leftMs: number) => {
    timer = leftMs > maxMs ? setTimeout(() => arm(leftMs - maxMs), maxMs) : setTimeout(run, leftMs)
  }
  arm(delayMs)
  return () => clearTimeout(timer)
}
