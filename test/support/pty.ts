import { execa } from 'execa'
import { type CliProject, environment } from './cli.js'

const program = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
shown, sent = b'', False
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    shown += data
    if not sent and sys.argv[1].encode() in shown:
        os.write(fd, sys.argv[2].encode().decode('unicode_escape').encode())
        sent = True
_, status = os.waitpid(pid, 0)
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`

/** Runs a command on a terminal of its own, and types `keys` (with Python's escapes) once `prompt` is on the screen. */
export async function onTerminal(project: CliProject, prompt: string, keys: string, command: readonly string[]) {
  const { stdout, exitCode } = await execa('python3', ['-c', program, prompt, keys, ...command], {
    cwd: project.root,
    env: environment(project),
    extendEnv: false,
    reject: false,
  })
  return { screen: stdout, exitCode }
}
