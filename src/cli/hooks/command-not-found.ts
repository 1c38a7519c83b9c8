import type { Hook } from '@oclif/core'
import { UsageError } from '../../domain/errors.js'
import { nearestName } from '../../domain/names.js'

/** An unknown command: names the one that was probably meant. */
const commandNotFound: Hook.CommandNotFound = async ({ id, config }) => {
  const commands = config.commands
    .filter((command) => !command.hidden)
    .map((command) => command.id.replaceAll(':', ' '))
  const typed = id.replaceAll(':', ' ')
  const nearest = nearestName(typed, commands)
  const hint = nearest === null ? 'see "offstage --help"' : `did you mean "offstage ${nearest}"?`
  throw new UsageError('E_UNKNOWN_COMMAND', `no command ${typed}`, hint)
}

export default commandNotFound
