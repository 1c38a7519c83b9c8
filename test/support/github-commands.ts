/** A workflow command, as the runner of GitHub Actions finds it in the output of a step. */
export interface WorkflowCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/**
 * The commands in an output. By the rules of the runner: `::` at the start of a line, after spaces; `##[` anywhere in it.
 * Names that it does not know are not looked at here.
 */
export function commandsIn(output: string): readonly WorkflowCommand[] {
  return output.split('\n').flatMap((line) => {
    const found = /^\s*::([\w-]+)(?: (.*?))?::(.*)$/.exec(line) ?? /##\[([\w-]+)(?: (.*?))?\](.*)$/.exec(line)
    if (found === null) return []
    const [, name = '', list = '', data = ''] = found
    const properties = list.split(',').flatMap((property) => {
      const [key = '', value = ''] = property.split(/=(.*)/s)
      return key === '' ? [] : [[key, unescaped(value, propertyEscapes)] as const]
    })
    return [{ name, properties: Object.fromEntries(properties), data: unescaped(data, dataEscapes) }]
  })
}

const dataEscapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
] as const
const propertyEscapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
] as const

function unescaped(text: string, escapes: readonly (readonly [string, string])[]): string {
  return escapes.reduce((shown, [sequence, character]) => shown.replaceAll(sequence, character), text)
}
