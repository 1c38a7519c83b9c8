import { existsSync, renameSync } from 'node:fs'
import type { CliOptions, CliProject } from './cli.js'

const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
const library = `/usr/lib/${architecture}-linux-gnu/faketime/libfaketimeMT.so.1`

/** Why no clock can be set here; null if one can. */
export const unsettable = existsSync(library) ? null : `there is no ${library} (libfaketime is not installed)`

/** A wall clock that a test sets, for the commands that are run with its options. */
export interface FakeClock {
  readonly options: CliOptions
  /** As an offset from the real one. */
  set(offsetMs: number): void
}

export function fakeClock(project: CliProject): FakeClock {
  return {
    options: {
      env: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: project.path('clock.txt'),
        FAKETIME_NO_CACHE: '1',
        // Setting the clock does not touch the monotonic one. Each name belongs to other versions of the library.
        DONT_FAKE_MONOTONIC: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    },
    set(offsetMs) {
      project.write('clock.new', `${offsetMs < 0 ? '-' : '+'}${Math.abs(offsetMs) / 1_000}\n`)
      // As a whole: it is read at every look at the clock.
      renameSync(project.path('clock.new'), project.path('clock.txt'))
    },
  }
}
