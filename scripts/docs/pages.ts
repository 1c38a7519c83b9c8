import { adrIndex } from './adr-index.js'
import { cliPage } from './cli.js'
import { configurationPage, schemaFile } from './configuration.js'
import { errorsPage } from './errors.js'

/** The pages, and the file beside them, that are made from the source: where each is, from the root, and what makes its text. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'docs/cli.md': cliPage,
  'docs/errors.md': errorsPage,
  'docs/configuration.md': configurationPage,
  'schema.json': schemaFile,
  'docs/adr/README.md': adrIndex,
}
