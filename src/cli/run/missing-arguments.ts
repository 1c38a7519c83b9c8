import type { TaskInfo } from '../../engine/ipc/messages.js'
import { say } from '../say.js'

/** Says which functions declare more parameters than they get. Those with a default are none of them. */
export function sayMissingArguments(tasks: readonly TaskInfo[], argsJson: string): void {
  const { length } = JSON.parse(argsJson) as readonly unknown[]
  for (const { name, parameters } of tasks) {
    if (parameters > length) say(`${name} declares ${counted(parameters)}, and gets ${length}`)
  }
}

function counted(parameters: number): string {
  return parameters === 1 ? '1 parameter' : `${parameters} parameters`
}
