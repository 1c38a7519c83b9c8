export interface ReleaseVersions {
  /** By file; null where a file says none. */
  readonly versions: Readonly<Record<string, string | null>>
  /** As the CHANGELOG has it: null if it is not released yet. */
  readonly date: string | null
}

export function releaseVersions(root: string): ReleaseVersions

/** What keeps this from being a release, one line each. `tags` are those of the commit. */
export function releaseFaults(found: ReleaseVersions, tags: readonly string[]): readonly string[]
