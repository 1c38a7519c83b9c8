import { createInterface } from 'node:readline/promises'
import { UsageError } from '../domain/errors.js'

/** Asks on the terminal whether to go on. Without one nobody could answer: throws UsageError that names `--yes`. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(
      'E_CONFIRM',
      `${question} Nobody can be asked without a terminal`,
      'say --yes, or look first with --dry-run',
    )
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(`${question} [y/N] `)
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
