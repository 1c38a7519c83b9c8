import { defineConfig } from 'rolldown'
import { globSync } from 'tinyglobby'
import { licences } from './scripts/licences.js'

// One bundle for the command line and the library: start-up time is spent on opening files, so there are few.
const entries = [
  ...globSync('commands/**/*.ts'),
  'src/index.ts',
  'src/cli.ts',
  'src/cli/complete.ts',
  'src/compile-cache.ts',
  'src/task-process.ts',
  'src/notify-process.ts',
  'src/store-process.ts',
  'src/testing/index.ts',
  'src/testing/vitest.ts',
]

// These packages serve only help texts, plugins and a missing manifest, and are most of oclif's code. Each is a file of its
// own that is read at its first use.
const onDemand = ['ejs', 'minimatch', 'semver', 'tinyglobby']

// What TypeScript makes of imports and exports: `const plugin_1 = __importDefault(require("./plugin"))`.
const imports = /^(?:const|var) (\w+_\d+) = ((?:__import(?:Default|Star)\()?require\("([^"]+)"\)\)?);$/gm
const namespaces = /^exports\.(\w+) = (__importStar\(require\("[^"]+"\)\));$/gm

// What oclif does at every start, and what does as well here.
const shortcuts = [
  // The first comparison of this kind loads the tables of ICU: 14 ms. Ids are ASCII.
  ['a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)'],
  // Three small files: node:fs/promises would start threads to read them.
  ["await (0, promises_1.readFile)(path, 'utf8')", "(0, node_fs_1.readFileSync)(path, 'utf8')"],
  // All of wsl-utils needs node:child_process: 4 ms.
  ["(await import('wsl-utils')).isWsl", "require('is-wsl').default"],
]

// A command needs a third of oclif: each of its files is run at its first use.
const loadOnDemand = {
  name: 'load-on-demand',
  // From dist/chunks, where the command line is; a relative path would be taken from oclif's folder.
  resolveId: {
    filter: { id: /^on-demand:/ },
    handler: (id) => ({ id: id.replace('on-demand:', '../on-demand/'), external: true }),
  },
  transform: {
    filter: { id: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ },
    handler(code) {
      for (const [slow, fast] of shortcuts) code = code.replace(slow, fast)
      for (const [line, name, call, file] of code.matchAll(imports)) {
        const required = onDemand.includes(file) ? call.replace(file, `on-demand:${file}.cjs`) : call
        code = code.replace(line, '').replace(new RegExp(`\\b${name}\\b`, 'g'), () => `(${required})`)
      }
      code = code.replace(namespaces, 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => $2 });')
      // bin/run.js looks at the version of Node, and a command at the folder it is run in.
      code = code.replace(/^(checkCWD|checkNodeVersion)\(\);$/gm, '')
      return { code, map: null } // no line has moved
    },
  },
}

// A user may have no HOME and no entry in passwd (a container's `--user`): these calls of Node throw then, and some packages
// make them while they load. They look for files of their own below the home folder; nothing is ever found below this one.
const withoutPasswd = {
  name: 'without-passwd',
  resolveId: {
    filter: { id: /^(node:)?os$/ },
    handler: (id, importer) => (importer?.includes('node_modules') ? '\0guarded-os' : { id, external: true }),
  },
  load: {
    filter: { id: /^\0guarded-os$/ },
    handler: () => ({
      moduleType: 'js',
      code: `
        const os = require('node:os')
        const guarded = (call, fallback) => (...args) => { try { return call(...args) || fallback } catch { return fallback } }
        module.exports = Object.assign(Object.create(os), {
          homedir: guarded(os.homedir, os.devNull),
          userInfo: guarded(os.userInfo, { uid: -1, gid: -1, username: '', homedir: os.devNull, shell: null }),
        })`,
    }),
  },
}

// An import of a module of Node reads all that this exports, and so loads what Node itself loads at the first use: streams
// with node:fs, worker threads with node:util. That takes 20 ms of every start. (node:os stays: packages get another one.)
const importOfNode = /(?<=^|;)import\b(?! *type )([^'"()]+?)\bfrom *(['"](?:node:(?!os)[\w/]+|fs|path)['"])(?:;|$)/gm
const builtinsAsTheyAre = {
  name: 'builtins-as-they-are',
  transform: {
    filter: { code: /\bimport\b[^'"]*from *['"]/ },
    // No line has moved.
    handler: (code) => ({ code: code.replace(importOfNode, (_, names, from) => constants(names, from)), map: null }),
  },
}

/** `fs, { readFile as read }` of an import as declarations. */
function constants(names, from) {
  const patterns = names
    .replace(/\btype \w+,?/g, '')
    .replace(/ as /g, ': ')
    .replace(/\* ?: /, '')
    .split(/,(?=\s*\{)/)
  return patterns.map((pattern) => `const ${pattern.trim()} = globalThis.process.getBuiltinModule(${from});`).join(' ')
}

// Ink's link to the developer tools of React needs a package that is not there.
const withoutDevtools = {
  name: 'without-devtools',
  load: { filter: { id: /ink[\\/]build[\\/]devtools\.js$/ }, handler: () => '' },
}

const notices = licences('THIRD-PARTY-NOTICES.txt')
const target = 'node22.15'
const define = { 'process.env.NODE_ENV': '"production"' }

const packagesOnDemand = {
  input: Object.fromEntries(onDemand.map((name) => [name, name])),
  platform: 'node',
  plugins: [notices],
  transform: { target, define },
  output: {
    dir: 'dist/on-demand',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    minify: true,
  },
}

const program = {
  input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), file])),
  platform: 'node',
  // Its main file asks for its parts in a way that no bundler can follow.
  resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } },
  preserveEntrySignatures: 'allow-extension', // what the chunks below take
  external: ['better-sqlite3', 'esbuild', 'ioredis', 'typescript', 'vitest'],
  plugins: [loadOnDemand, builtinsAsTheyAre, withoutPasswd, withoutDevtools, notices],
  transform: { target, define },
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: true,
    sourcemap: false,
    codeSplitting: {
      // Every file costs a millisecond at each start. What is apart here is what some processes must not load: the loader of
      // user modules (commands), the engine (commands that only read), the command line (task processes). What only an
      // `import()` asks for, such as the stores, is in no group: it is a file by itself.
      includeDependenciesRecursively: false,
      groups: [
        // First: what comes with it is compiled before there is a cache to take it from.
        {
          name: 'early',
          test: /src[\\/](project[\\/]modules[\\/]cache-folder|make-folder|closed-debugger)|bin[\\/]node-version/,
        },
        {
          // Without user-code.ts, which runs as soon as it is imported: `run --inline` imports what it is made of.
          name: 'modules',
          test: /src[\\/]project[\\/](modules[\\/]|load-tasks|load-error|module-tasks|task-directory|wanted)|node_modules[\\/](get-tsconfig|jsonc-parser|resolve-pkg-maps|es-module-lexer)/,
        },
        // The live monitor, and what Ink brings.
        {
          name: 'tui',
          test: /src[\\/](tui|app[\\/]monitor)[\\/]|node_modules[\\/](ink|react|react-reconciler|scheduler|yoga-layout|es-toolkit|@alcalzone|auto-bind|cli-boxes|cli-cursor|restore-cursor|onetime|mimic-function|cli-truncate|slice-ansi|code-excerpt|convert-to-spaces|is-in-ci|patch-console|quick-lru|signal-exit|stack-utils|terminal-size|environment)[\\/]/,
        },
        {
          name: 'work',
          test: /src[\\/](engine[\\/](?!task-process|hosts[\\/]inline|clock|host\.|memory\.|ipc[\\/]packing|package-root|shell-task|current-job|task\.|tracing)|app[\\/](project-tasks|start-tasks|stop-signals|jobs[\\/]follow-job|run[\\/](?!job-request|obstacles|enqueue-in-spans|each-jobs|run-each|run-suite)|schedules[\\/](declare|define|desired|run-scheduler|schedule-changes))|cli[\\/](with-tasks|engine-errors|run[\\/](own-stdin|report-file|run-reporter|suite-report)|schedules[\\/](declare-text|define|slot-reporter)))/,
        },
        {
          name: 'cli',
          test: /src[\\/](views|app)[\\/](?!start-inline|completion|doctor|sanitise|init-project|jobs[\\/]watch|run[\\/](each|run)-|schedules[\\/](import|sync|trigger-schedule|undeclared)|tasks|workers[\\/](?!list))|src[\\/]cli([\\/](?!argv|complet|doctor|log[\\/]engine-log|jobs[\\/]show-progress|run[\\/](one|each|follow-to-end|suite\.)|schedules[\\/](import|list|start|sync|trigger)|tasks[\\/]list|workers[\\/](?!flags|workers-table))|\.ts)|node_modules[\\/](?!cli-table3|croner|ms[\\/]|chokidar|readdirp)/,
        },
        {
          name: 'core',
          test: /src[\\/](domain|debug|child-environment|real-timers|stores[\\/](?!memory|apart|bullmq[\\/](?!location)|sqlite[\\/](?!files|errors))|engine[\\/](?!task-process|hosts[\\/]inline)|project[\\/](?!evaluate-config|scan-)|open\.|cli[\\/]argv|views[\\/]sanitise)|guarded-os|node_modules[\\/](croner|ms[\\/])|rolldown[\\/]runtime/,
        },
      ],
    },
  },
}

export default defineConfig([packagesOnDemand, program])
