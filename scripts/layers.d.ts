export interface Layer {
  readonly name: string
  /** Below `test/`: folders, or one file. */
  readonly paths: readonly string[]
  /** Whether its tests run the built program. */
  readonly needsBuild: boolean
  readonly budgetSeconds: number
}

export const layers: readonly Layer[]

/** Patterns of the test files of a layer, from the root. */
export function filesOf(layer: Layer): string[]
