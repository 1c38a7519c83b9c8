import { Flags } from '@oclif/core'
import { logFormats } from './formats.js'

/** The flag of everything that serves until it is stopped. */
export const logFlag = Flags.option({
  env: 'OFFSTAGE_LOG',
  options: logFormats,
  default: 'text',
  summary: 'How to write the log on stderr: text, json (an object a line) or none',
  helpValue: 'FORMAT',
})()
