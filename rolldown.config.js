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

// oclif needs these only for help texts, plugins and a missing manifest. They are most of its code, so they are left out
// of the bundle and loaded where they are first used: it makes every command some 25 ms faster.
const onDemand = ['ejs', 'minimatch', 'semver', 'tinyglobby']
const loadOnDemand = {
  name: 'load-on-demand',
  transform: {
    filter: { id: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ },
    handler(code) {
      for (const name of onDemand) {
        code = code
          .replace(new RegExp(`^const ${name}_1 = .*$`, 'm'), '')
          .replace(new RegExp(`\\b${name}_1(\\.default)?\\b`, 'g'), `require("${name}")`)
      }
      return { code, map: null } // no line has moved
    },
  },
}

// The driver looks for its addon in a dozen places, with a package of its own; npm always puts it in this one.
const addon = 'better-sqlite3/build/Release/better_sqlite3.node'
const loadAddon = {
  name: 'load-addon',
  transform: {
    filter: { id: /better-sqlite3[\\/]lib[\\/]database\.js$/ },
    handler: (code) => ({
      code: code.replace("require('bindings')('better_sqlite3.node')", `require('${addon}')`),
      map: null,
    }),
  },
}

export default defineConfig({
  input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), file])),
  platform: 'node',
  preserveEntrySignatures: 'allow-extension', // what the chunks below take
  external: [addon, 'jiti', 'typescript', ...onDemand],
  plugins: [loadOnDemand, loadAddon],
  transform: { target: 'node20', define: { 'process.env.NODE_ENV': '"production"' } },
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: true,
    sourcemap: true,
    codeSplitting: {
      // Every file costs a millisecond at each start. What is apart here is what some processes must not load: the
      // SQLite driver (task processes), the compiler of user modules (commands), the command line (task processes).
      includeDependenciesRecursively: false,
      groups: [
        { name: 'sqlite', test: /src[\\/]stores[\\/]sqlite[\\/](?!files|errors)|node_modules[\\/]better-sqlite3/ },
        { name: 'modules', test: /src[\\/]project[\\/](user-modules|load-tasks|load-error|discover)/ },
        {
          name: 'cli',
          test: /(src[\\/]cli[\\/]|node_modules[\\/](?!cli-table3|croner|string-width|ms[\\/]|chokidar|readdirp))/,
        },
        { name: 'core', test: /src[\\/](domain|stores|engine|project|open)|node_modules[\\/]croner/ },
      ],
    },
  },
})
