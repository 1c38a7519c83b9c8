/** What a view draws in: so many columns and rows. */
export interface Area {
  readonly width: number
  readonly height: number
}
