// Writes the pages of docs/ that are made from the source.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedPages } from './pages.js'

const root = join(import.meta.dirname, '../..')
for (const [file, makeText] of Object.entries(generatedPages)) writeFileSync(join(root, file), makeText())
