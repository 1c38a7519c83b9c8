import type { EpochMs } from '../../domain/job.js'
import type { Context } from './context.js'

export async function pruneSlots(
  _context: Context,
  _kept: { readonly now: EpochMs; readonly most: number; readonly slotsMs: number | null },
  _limit: number,
): Promise<number> {
  return 0
}
