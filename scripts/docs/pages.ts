import { adrIndex } from './adr-index.js'
import { errorsPage } from './errors.js'

/** The pages that are made from the source: where each is, from the root, and what makes its text. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'docs/errors.md': errorsPage,
  'docs/adr/README.md': adrIndex,
}
