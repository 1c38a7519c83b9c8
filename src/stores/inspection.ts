/** What a store says of itself to somebody who looks for what is wrong with it. */
export interface StoreInspection {
  readonly bytes: number
  /** Of what is committed and not in the file yet. */
  readonly walBytes: number
  readonly schema: number
  /** What SQLite finds wrong with the pages; null: it did not look, because the file is large. */
  readonly damage: readonly string[] | null
  /** What the rows contradict each other in; null: nobody looked, because the file is large. */
  readonly contradictions: readonly string[] | null
}

/** Up to which size the pages and the rows of a file are read. */
export interface InspectionLimits {
  readonly pagesBytes: number
  readonly rowsBytes: number
}

/** The driver of a store. */
export interface DriverInfo {
  readonly name: string
  readonly version: string
  readonly sqlite: string
}
