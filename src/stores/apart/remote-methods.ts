import { storeClosed } from '../closed.js'
import type { RemoteObject } from './store-process.js'

/** The methods of an object by name. One that only waits does not keep the event loop of this process going. */
export type MethodKinds<Method extends PropertyKey> = Readonly<Record<Method, 'call' | 'wait'>>

type Asynchronous = (...args: never[]) => Promise<unknown>

/** What the object in the store process has under these names, and its end. `name` is for people. */
export function remoteMethods<Subject extends Record<Method, Asynchronous>, Method extends keyof Subject & string>(
  object: RemoteObject,
  kinds: MethodKinds<Method>,
  name: string,
): Pick<Subject, Method> & { close(): Promise<void> } {
  let closing: Promise<void> | null = null
  const methods = Object.entries<'call' | 'wait'>(kinds).map(([method, kind]) => {
    const call = async (...args: unknown[]) => {
      if (closing !== null) throw storeClosed(name)
      return object.call({ method, args, isWait: kind === 'wait' })
    }
    return [method, call]
  })
  return {
    ...(Object.fromEntries(methods) as Pick<Subject, Method>), // the other process has a Subject behind these names
    close: () => {
      closing ??= object.close()
      return closing
    },
  }
}
