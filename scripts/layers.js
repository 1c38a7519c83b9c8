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
  { name: 'stores', paths: ['contract', 'stores'], needsBuild: false, budgetSeconds: 60 },
  { name: 'commands', paths: ['commands'], needsBuild: true, budgetSeconds: 120 },
  { name: 'process', paths: ['process'], needsBuild: true, budgetSeconds: 400 },
  { name: 'modules', paths: ['modules'], needsBuild: true, budgetSeconds: 60 },
  // One test waits for the end of a lease.
  { name: 'examples', paths: ['examples'], needsBuild: true, budgetSeconds: 130 },
  { name: 'faults', paths: ['faults'], needsBuild: true, budgetSeconds: 300 },
  { name: 'types', paths: ['types'], needsBuild: true, budgetSeconds: 60 },
  { name: 'install', paths: ['install'], needsBuild: true, budgetSeconds: 90 },
]

export const filesOf = ({ paths }) =>
  paths.map((path) => (path.endsWith('.ts') ? `test/${path}` : `test/${path}/**/*.test.ts`))
