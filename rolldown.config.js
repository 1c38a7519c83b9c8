import { defineConfig } from 'rolldown'
import { globSync } from 'tinyglobby'

// One bundle for the command line and the library: start-up time is spent on opening files, so there are few.
const entries = [
  ...globSync('commands/**/*.ts'),
  'src/index.ts',
  'src/cli.ts',
  'src/task-process.ts',
  'src/cli/hooks/command-not-found.ts',
]

export default defineConfig({
  input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), file])),
  platform: 'node',
  external: ['better-sqlite3', 'jiti', 'typescript', /^@oclif\/plugin-/],
  transform: { target: 'node20', define: { 'process.env.NODE_ENV': '"production"' } },
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: true,
    keepNames: true, // error names are shown to people
    sourcemap: true,
  },
})
