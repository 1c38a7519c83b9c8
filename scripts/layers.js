// The layers of tests: which files belong to each, whether they run the built program, and how long they may take.
// vitest.config.ts makes a project of each, and scripts/check.js a step.

export const layers = [
  {
    name: 'unit',
    paths: [
      'app',
      'background',
      'embedded',
      'testing',
      'architecture',
      'cli',
      'docs',
      'domain',
      'engine',
      'http',
      'project',
      'scripts',
      'support',
      'tui',
      'views',
      'manifest.test.ts',
    ],
    needsBuild: false,
    budgetSeconds: 120,
  },
  { name: 'stores', paths: ['contract', 'stores'], needsBuild: false, budgetSeconds: 120 },
  // Real workers of Python, where their packages are installed.
  { name: 'remote', paths: ['remote'], needsBuild: false, budgetSeconds: 90 },
  { name: 'commands', paths: ['commands'], needsBuild: true, budgetSeconds: 120 },
  { name: 'process', paths: ['process'], needsBuild: true, budgetSeconds: 400 },
  { name: 'modules', paths: ['modules'], needsBuild: true, budgetSeconds: 60 },
  // One test waits for the end of a lease.
  { name: 'examples', paths: ['examples'], needsBuild: true, budgetSeconds: 130 },
  { name: 'faults', paths: ['faults'], needsBuild: true, budgetSeconds: 300 },
  { name: 'types', paths: ['types'], needsBuild: true, budgetSeconds: 60 },
  { name: 'install', paths: ['install'], needsBuild: true, budgetSeconds: 90 },
]

// The layers that run over Redis too, in place of a file. `files`: what matters most, in less than a minute; the long form runs all.
const processFiles = ['each', 'embedded-store', 'deaths', 'monitor', 'run-wait', 'schedules', 'two-workers']

export const overRedis = [
  { name: 'commands-redis', layer: 'commands', files: [], budgetSeconds: 120 },
  {
    name: 'process-redis',
    layer: 'process',
    files: processFiles.map((name) => `test/process/${name}.test.ts`),
    budgetSeconds: 60,
  },
]

export const longOverRedis = [
  { name: 'process-redis-long', layer: 'process', files: [], budgetSeconds: 600 },
  { name: 'examples-redis', layer: 'examples', files: [], budgetSeconds: 60 },
  { name: 'embedded-redis', layer: 'unit', files: ['test/embedded'], budgetSeconds: 120 },
]

export const filesOf = ({ paths }) =>
  paths.map((path) => (path.endsWith('.ts') ? `test/${path}` : `test/${path}/**/*.test.ts`))
