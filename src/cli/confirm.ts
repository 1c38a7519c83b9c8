import { UsageError } from '../domain/errors.js'
import { endProcess } from './end-process.js'
import { exitCodes } from './exit-codes.js'

/**
 * Asks on the terminal whether to go on. The end of the input (Ctrl-D) means no; Ctrl-C ends the command with exit code
 * 130. Without a terminal there can be no answer: throws UsageError that names `--yes`.
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(
      'E_CONFIRM',
      `${question} Nobody can be asked without a terminal`,
      'say --yes, or look first with --dry-run',
    )
  }
  const { createInterface } = await import('node:readline')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await new Promise<string | null>((resolve) => {
    terminal.once('SIGINT', () => {
      process.stderr.write('\n')
      // The question comes before anything is written: there is nothing to undo.
      endProcess(exitCodes.interrupted)
    })
    terminal.once('close', () => resolve(null))
    terminal.question(`${question} [y/N] `, resolve)
  })
  if (answer === null) process.stderr.write('\n')
  terminal.close()
  return answer !== null && /^y(es)?$/i.test(answer.trim())
}
