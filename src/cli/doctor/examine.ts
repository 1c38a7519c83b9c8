import type { GlobalFlags } from '../../app/context.js'
import { diagnose } from '../../app/doctor/diagnose.js'
import type { Finding } from '../../app/doctor/finding.js'
import { endProcess } from '../end-process.js'
import { exitCodes } from '../exit-codes.js'
import { onSignals } from '../signals.js'

/** Looks for what is wrong. A signal ends it with its task processes: a module may never finish loading. */
export async function examine(flags: GlobalFlags, isThorough: boolean): Promise<readonly Finding[]> {
  const release = onSignals(() => endProcess(exitCodes.interrupted))
  try {
    return await diagnose(flags, isThorough)
  } finally {
    release()
  }
}
