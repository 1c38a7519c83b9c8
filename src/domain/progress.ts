/**
 * A fraction as it is shown and stored, from 0 to 1. What is past an end is that end: sums of fractions rarely come to 1.
 * What is not a number, such as 0 of 0, leaves the fraction as it was.
 */
export function clampedFraction(value: number, before: number): number {
  return Number.isNaN(value) ? before : Math.min(1, Math.max(0, value))
}
