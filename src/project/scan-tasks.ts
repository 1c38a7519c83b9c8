import { isTaskName } from '../domain/names.js'
import { discoverModules } from './discover.js'
import { startOfFile } from './file-start.js'
import { programFault } from './program-file.js'
import { descriptionElsewhere } from './re-exports.js'
import { descriptionAbove, descriptionOfScript, placeOf } from './task-place.js'

/** A task as the text of its module shows it. */
export interface ScannedTask {
  readonly name: string
  /** The first line of its doc comment; null if it has none. */
  readonly description: string | null
}

// Completion has 150 ms: 500 modules of usual size are read in 30.
const maxModules = 500
const maxBytes = 256 * 1024

/**
 * The tasks of a folder by the text of its modules, none of which is loaded. A name may be missing (one that is made
 * while the module loads) or too many (a constant that is no function). Only modules whose tasks may begin with `typed`.
 */
export function scanTasks(tasksFolder: string, typed: string): readonly ScannedTask[] {
  const { modules, programs } = discoverModules(tasksFolder)
  const mayMatch = ({ prefix }: { readonly prefix: string }) => prefix.startsWith(typed) || typed.startsWith(prefix)
  const ofModules = modules
    .filter(mayMatch)
    .slice(0, maxModules)
    .flatMap(({ file, prefix }) => scanModule(textOf(file), prefix, file))
  const ofPrograms = programs
    .filter((program) => mayMatch(program) && isRunnable(program.file))
    .slice(0, maxModules)
    .map(({ file, prefix }) => ({ name: prefix, description: descriptionOfScript(textOf(file)) }))
  const named = [...ofModules, ...ofPrograms].filter(({ name }) => isTaskName(name))
  return [...new Map(named.map((task) => [task.name, task])).values()]
}

/** The tasks that the text of a module exports. */
export function scanModule(source: string, prefix: string, file: string | null = null): readonly ScannedTask[] {
  const found: ScannedTask[] = []
  const add = (exported: string, position: number) => {
    const name = exported === 'default' ? prefix : `${prefix}.${exported}`
    const description = descriptionAbove(source.slice(0, position)) ?? placeOf(source, exported).description
    const elsewhere = file === null || description !== null ? null : descriptionElsewhere(file, source, exported)
    found.push({ name, description: description ?? elsewhere })
  }
  for (const { 1: fn, 2: constant = 'default', index } of source.matchAll(declarations)) add(fn ?? constant, index)
  for (const { 1: list = '', index } of source.matchAll(lists)) {
    for (const item of list.split(',')) {
      const exported = /(?:^|\bas\s)\s*([\w$]+)\s*$/.exec(item)?.[1]
      if (exported !== undefined && !/^\s*type\s/.test(item)) add(exported, index)
    }
  }
  for (const { 1: name = 'default', index } of source.matchAll(commonJs)) add(name, index)
  return found
}

// A constant with the literal of something else is no task; a class is none either, nor is a generator.
const declarations =
  /^export\s+(?:default\s+(?!class\b|(?:async\s+)?function\s*\*|interface\b|abstract\b)|(?:async\s+)?function\s+([\w$]+)|(?:const|let|var)\s+([\w$]+)(?:\s*:[^=\n]+)?\s*=(?!\s*(?:["'`\d[{/]|new\b|true\b|false\b|null\b)))/gm
const lists = /^export\s*\{([^}]*)\}/gm
const commonJs = /^(?:module\.)?exports(?:\.([\w$]+))?\s*=(?!\s*["'`\d[{])/gm

function isRunnable(file: string): boolean {
  try {
    return programFault(file) === null
  } catch {
    return false // gone since, or not to be read
  }
}

function textOf(file: string): string {
  try {
    return startOfFile(file, maxBytes).toString('utf8')
  } catch {
    return '' // gone since, or not to be read
  }
}
