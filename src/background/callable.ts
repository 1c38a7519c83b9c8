class CallableObject {
  constructor(run: () => unknown) {
    const callable = () => run()
    // biome-ignore lint/correctness/noConstructorReturn: the private fields of a class that extends this are set on what is returned
    return Object.setPrototypeOf(callable, new.target.prototype)
  }
}
Object.setPrototypeOf(CallableObject.prototype, Function.prototype)

/** Objects of classes that extend this are functions, which call `run`. */
export const Callable = CallableObject as unknown as new <Result>(run: () => Result) => () => Result
