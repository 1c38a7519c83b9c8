/**
 * Node opens its debugger at SIGUSR1, to any user of the machine. As the signal to open log files again it is common, and a
 * service manager may send it to all processes of a service.
 */
export function keepDebuggerClosed(): void {
  process.on('SIGUSR1', () => {})
}
