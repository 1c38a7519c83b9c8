/** What a traceback of Python says in its end. */
export interface PythonFailure {
  /** `ValueError`, `package.module.Error`; `Error` if the text has no class. */
  readonly name: string
  readonly message: string
  readonly traceback: string
}

const header = /^Traceback \(most recent call last\):$/gm
// A class, and its message if it has one.
const classLine = /^([\p{L}\p{N}_.<>]+)(?:: ([\s\S]*))?$/u

/**
 * Splits name and message off a traceback. RQ keeps the text alone. A message may have several lines, so it begins behind the last
 * frame of the last traceback (the last one of a chain is the one that was raised), not on the last line.
 */
export function pythonFailure(traceback: string): PythonFailure {
  const text = traceback.trimEnd()
  const last = [...text.matchAll(header)].at(-1)
  const ending = last === undefined ? text : behindFrames(text.slice(last.index + last[0].length + 1))
  const [, name, message = ''] = classLine.exec(ending) ?? []
  // Without a traceback it is RQ's own word on how the child ended, which may have a colon too.
  if (name === undefined || last === undefined) return { name: rqName(text), message: ending, traceback }
  return { name, message: hinted(name, message), traceback }
}

/** Frames and their marks are indented. */
function behindFrames(text: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line !== '' && !line.startsWith(' '))
  return lines.slice(at === -1 ? lines.length : at).join('\n')
}

/** RQ has no class for a child that died: `Work-horse terminated unexpectedly; waitpid returned 768; `. */
function rqName(text: string): string {
  return /^Work-horse /i.test(text) ? 'WorkHorseTerminated' : 'Error'
}

/** Of a job in another serializer than the worker's, RQ names only the class. */
function hinted(name: string, message: string): string {
  if (name !== 'rq.exceptions.DeserializationError' || message !== '') return message
  return 'the worker could not read the job: it probably has the other serializer (pickle or JSON)'
}
