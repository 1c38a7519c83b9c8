import { execFileSync } from 'node:child_process'

// Debian's, which has the packages of Debian: another python3 may be first on the PATH.
export const python = '/usr/bin/python3'

/** Why tests that need a module of Python are skipped, as a note for their titles; null if it is there. */
export function missingModule(module: string, debianPackage: string): string | null {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'pipe' })
    return null
  } catch {
    return `skipped: ${python} -c "import ${module}" fails; apt-get install ${debianPackage}`
  }
}

/** Why tests that need Python itself are skipped; null if it is there. */
export const pythonProblem = missingModule('pickle', 'python3')
