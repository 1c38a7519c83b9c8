import { type Rate, spreadOf } from './measure.js'

/** The median of the ratios of each round, since the machine is not equally fast in all of them. */
export function ratioOf(rate: Rate, to: Rate): number {
  return spreadOf(rate.perRound.map((perSecond, round) => perSecond / (to.perRound[round] ?? Number.NaN))).median
}
