import { type Interfaces, loadHelpClass } from '@oclif/core'

/** Shows the help of a command or a topic; null: of the program. */
export async function showHelp(config: Interfaces.Config, id: string | null): Promise<void> {
  const Help = await loadHelpClass(config)
  await new Help(config, config.pjson.oclif.helpOptions).showHelp(id === null ? [] : [id])
}
