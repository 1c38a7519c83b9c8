import type { JsonValue } from '../domain/json.js'
import { mask } from '../domain/secret-names.js'
import { shellTask } from '../domain/shell-task.js'
import { shellWord } from '../domain/shell-word.js'

/** What people see as the task of a job or a schedule: of a command the command. `args` are masked already. */
export function shownTask({ task, args }: { readonly task: string; readonly args: readonly JsonValue[] }): string {
  if (task !== shellTask || args.length === 0) return task
  const words = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)))
  // One word may be a whole line of shell.
  return words.length === 1 ? (words[0] ?? task) : words.map(shownWord).join(' ')
}

/** What was masked is not quoted: nobody can run that anyway. */
function shownWord(word: string): string {
  const plain = word.replaceAll(mask, 'x')
  return shellWord(plain) === plain ? word : shellWord(word)
}
