// Every code that an error of Offstage can have. The constructors of the error classes take no other, and
// docs/errors.md is made from here, with the messages that stand beside a code in the source; `message` is one that does
// not. Only its types are used by the program, so these texts are not in the build.

export type ErrorClass =
  | 'UsageError'
  | 'ProjectError'
  | 'NotFoundError'
  | 'StoreUnavailableError'
  | 'KeyTakenError'
  | 'OffstageError'

const of =
  <const Classes extends readonly ErrorClass[]>(...classes: Classes) =>
  (when: string, whatToDo: string, message: string | null = null) => ({ classes, when, whatToDo, message })

const usage = of('UsageError')
const project = of('ProjectError')
const notFound = of('NotFoundError')
const store = of('StoreUnavailableError')
const other = of('OffstageError')
/** Commands report it; no error class of ours has it. */
const commandOnly = of()

export const errorCatalog = {
  E_ARGUMENTS: usage(
    "The task's schema refuses the arguments, or two ways to give arguments are mixed.",
    'Correct the argument that the message names.',
  ),
  E_ASSERTION: usage(
    'An expression of `--assert` or `--until` cannot be read.',
    'Correct what stands at the place that the message names: `queue.mail.queued < 100`.',
  ),
  E_BACKUP: usage(
    'A backup cannot be at the place that is named: it is a folder, its folder is missing, or it is a store in use.',
    'Name another file. Nothing was written.',
  ),
  E_BACKUP_FAILED: store(
    'A backup could not be written: the disk is full, or there is no permission.',
    'Free some space, or name another place. Nothing was left behind, and a file that was there is unchanged.',
    '…: no space is left, and the like',
  ),
  E_BUG: commandOnly(
    'The program met an error that nobody expected.',
    'Set `DEBUG=1` for the stack, and report it.',
    'TypeError: …, and below it: this is a bug in offstage',
  ),
  E_CONFIG: project(
    'The config file cannot be read, cannot be evaluated, or holds a setting that is wrong.',
    'Correct the setting that the message names; `docs/configuration.md` lists them.',
  ),
  E_CONFIRM: usage(
    'A command must ask before it goes on, and there is no terminal.',
    'Add `--yes`, or look first with `--dry-run`.',
  ),
  E_CRON: usage('A cron expression cannot be read.', 'Write it as the hint says, or use `--every`.'),
  E_CRONTAB: usage(
    '`schedule import` met lines that it can make no schedule of; nothing was stored.',
    'Change the lines that are named on stderr, or leave them out with `--skip-invalid`.',
  ),
  E_CWD: usage(
    'The folder of `--cwd` or OFFSTAGE_CWD, or the current folder, does not exist.',
    'Name a folder that exists.',
  ),
  E_DRIVER: store(
    'The SQLite driver cannot be loaded: it was installed for another machine, or the installation is not complete.',
    'Remove `node_modules` and install again on this machine.',
  ),
  E_DUE: usage(
    'The time at which a job is due is no time, or both `delay` and `at` are given.',
    'Give one of them: a duration, or a time.',
  ),
  E_DURATION: usage(
    'A duration cannot be read or is out of range.',
    'Write a number and a unit: `500ms`, `30s`, `5m`.',
  ),
  E_EACH: usage(
    'A line of `--each` is not acceptable. No line was stored.',
    'Correct the line, or leave such lines out with `--skip-invalid`.',
    '… line …: …; nothing was stored',
  ),
  E_ENQUEUE: other(
    'A task called `enqueue()`, and its worker failed for a reason that has no code of its own.',
    'Read the message; the job was not stored.',
    'what its worker met',
  ),
  E_ENV: usage(
    'A variable of `--env` has no value, or a name that no variable can have.',
    'Write `--env NAME=value`; the name has letters, digits and `_`.',
  ),
  E_EVICTED: other(
    'A foreground command stood still for so long that its leases ended: its jobs went back to their queues. Or somebody has emptied its store.',
    'Start a worker, which runs them. Of an emptied store, run them again.',
  ),
  E_EXISTS: usage(
    '`init` or `store backup` would overwrite a file.',
    'Choose another place; `store backup --force` replaces the file. Nothing was written.',
  ),
  E_EXPIRES: usage('A job may wait no time at all for its start (`expires` is 0).', 'Leave it out for no limit.'),
  E_INIT: usage('`init` cannot write a file.', 'Choose another folder, or correct its permissions.'),
  E_INPUT: usage(
    'A file of arguments, or stdin, cannot be read, or does not end: a value has at most 16 MB, the lines of `--each` 256 MB.',
    'Check the path and its permissions; split what is too large.',
  ),
  E_ISOLATION: usage('The option `isolation` of a task has an unknown value.', 'Write `shared` or `own`.'),
  E_HTTP_ADDRESS: usage(
    'The address of `--http`, or a name of `--http-allow-host`, cannot be read.',
    'Write a port, or a host and a port: `9464`, `0.0.0.0:9464`, `[::1]:9464`.',
  ),
  E_HTTP_LISTEN: usage(
    'A worker cannot listen at the address of `--http`. It has claimed no job.',
    'Choose another port or host.',
  ),
  E_JOB_ID: usage('A word that must be a job id is none.', 'Write an id such as `j42` or `42`.'),
  E_JOBS: usage(
    'A command that acts on jobs got both ids and a filter, or none of them.',
    'Give either ids or a filter.',
  ),
  E_JSON: usage(
    'JSON from the command line or a file cannot be read, or holds a number that JavaScript rounds.',
    'Correct the JSON; write such a number as a text.',
  ),
  E_KEY: usage(
    'A unique key is not acceptable, or an option of a key is given without one.',
    'Give a key of 1 to 512 characters.',
  ),
  E_KEY_TAKEN: of('KeyTakenError')(
    'A job holds this unique key, and the caller asked for an error in that case.',
    'Wait until that job has ended, or choose `skip` or `replace`.',
  ),
  E_NODE: of('OffstageError', 'StoreUnavailableError')(
    'Node.js is older than the oldest supported version. Commands exit with code 6.',
    'Update Node.js.',
    'this needs Node 22.15 or newer, and runs on …',
  ),
  E_MOVE: usage(
    'A store cannot be moved to the one that is named, or a move that is to be given up cannot be: the other one is not empty, or is in use.',
    'Name an empty store. Nothing was changed.',
  ),
  E_MOVE_DIFFERS: other(
    'The two stores of a move do not hold the same: somebody changed one of them meanwhile. The first one is not marked as moved.',
    'Stop what writes to it, such as producers of BullMQ, give the move up with `--undo`, and begin again.',
  ),
  E_NO_JOB: notFound('There is no job of that id.', 'Find the id with `offstage jobs list`.'),
  E_NO_PROJECT: project(
    'Neither this folder nor one above it has a config file or a `tasks` folder.',
    'Run `offstage init`, or name the folder with `--cwd`.',
  ),
  E_NO_QUEUE: notFound(
    'There is no queue of that name: it has no jobs and is not paused.',
    'Find the name with `offstage queues list`.',
  ),
  E_NO_SCHEDULE: notFound('There is no schedule of that name.', 'Find the name with `offstage schedule list`.'),
  E_NO_TASKS: project(
    'The task directory does not exist.',
    'Create it with a module that exports a function, or set `tasks` in the config.',
  ),
  E_NO_SUCH_WORKER: notFound('There is no worker of that id.', 'Find the id with `offstage workers list`.'),
  E_NO_WORKER: other(
    'A module called `enqueue()` before its worker had started.',
    'Call `enqueue()` in a task, not while the module loads.',
  ),
  E_NOT_JSON: usage(
    'An argument or a result holds a value that JSON cannot carry. The class is NotJsonError, a UsageError.',
    'Convert the value at the path that the message names.',
  ),
  E_NOTIFY: usage(
    'A target of notifications in the config cannot be used, or a schedule names one that the config has not.',
    'Correct the setting that the message names; `docs/notifications.md` shows the forms.',
  ),
  E_OPTION: usage('An option in code is unknown, or has a wrong type.', 'Correct the option that the message names.'),
  E_OUTSIDE_JOB: usage('Code called `currentJob()` outside of a job.', 'Call it inside a task, while that runs.'),
  E_PERMISSION: commandOnly(
    "Node's permission model forbids what Offstage needs.",
    'Add the `--allow-...` options of the hint.',
    "Node's permission model forbids what is needed: …",
  ),
  E_RESOURCES: commandOnly(
    'The system lacks what a command needs: files that may be open, processes, memory, or room on a disk.',
    'Raise the limit that the message names, or free some.',
  ),
  E_OUTBOX: usage(
    'A row cannot be written into the outbox of this database, or a row holds no job that an engine can take.',
    'The message says what is wrong: the connection, the file, or the field of the row.',
  ),
  E_OUTBOX_UNAVAILABLE: store(
    'The file of an application, which an engine has as its outbox, cannot be read or written.',
    'The message names the cause. The rows stay where they are, and become jobs when the cause is gone.',
  ),
  E_PRIORITY: usage('A priority is out of range.', 'Write a whole number from -100 to 100.'),
  E_PROGRESS: usage(
    '`progress()` got a fraction that is no number, or a message that is no text.',
    'Correct the call in the task.',
  ),
  E_QUEUE_NAME: usage(
    'A queue name has characters that it may not have.',
    'Use letters, digits, `_`, `.` and `-`.',
    '"…" is no queue name',
  ),
  E_QUEUES: usage('The list of `--queues` cannot be read.', 'Write `NAME` or `NAME:WEIGHT`, each name once.'),
  E_REDIS_CLIENT: store(
    'A store on Redis is named, and the package `ioredis` is not installed, or cannot be loaded.',
    'Install it in the project: `npm install ioredis`.',
  ),
  E_REDIS_SETUP: store(
    'This Redis is not fit for jobs: it may remove keys when its memory is full, is older than 6.2, is a replica, or is a cluster and the prefix has no `{tag}`; or the URL does not fit it.',
    'Change the setting that the message names. Nothing was stored.',
    'redis://… has the maxmemory-policy …, and the like',
  ),
  E_REMOTE: usage(
    'A task for a Python worker has an argument, a time or a name that the worker cannot take.',
    'Change what the message names: nothing was sent.',
  ),
  E_REPORT: usage(
    'The file of `--junit` cannot be written. Nothing was run.',
    'Name a file in a folder that can be written.',
  ),
  E_RETENTION: usage('A number in `retention` is out of range.', 'Write a whole number from 1 to 1000000000.'),
  E_RETRY: usage('A setting of `retry` is wrong.', 'Correct the setting that the message names.'),
  E_SCHEDULE: of('UsageError', 'ProjectError')(
    'A schedule has no times, two kinds of times, or an option that is wrong. ProjectError: a stored schedule is faulty.',
    'Correct the option that the message names.',
  ),
  E_SCHEDULE_NAME: usage(
    'A schedule has no name, or a name with characters that it may not have.',
    'Give it a valid name, on the command line with `--name`.',
  ),
  E_SCHEDULE_SOURCE: usage(
    'A schedule of that name comes from the code or the config.',
    'Change it there, or choose another name.',
  ),
  E_SCHEDULE_TAKEN: usage(
    'A recurring task would replace a schedule of another task, of other arguments or of times of another kind.',
    'Give the recurring task another name by `with({ name })`, or remove the other schedule.',
  ),
  E_SCHEMA: usage('The option `schema` of a task is no Standard Schema.', 'Use zod, valibot or arktype.'),
  E_SIZE: usage('A size in bytes cannot be read.', 'Write a number and a unit: `512mb`, `2gb`.'),
  E_STDIN: other(
    'The stdin of a command cannot be kept for its retries.',
    'Free space in the folder for temporary files, set `TMPDIR`, or add `--retries 0`.',
  ),
  E_STOPPED: usage('A task was added to a scheduler that was stopped.', 'Make another `BackgroundScheduler`.'),
  E_STORE_CLOSED: store(
    'Code used a store after it had been closed. The class is StoreLostError.',
    'Open the store again.',
  ),
  E_STORE_DAMAGED: store(
    "Pages of the store's file are damaged. A program that uses the store stops at once: it stores and acknowledges nothing more. The class is StoreDamagedError.",
    'Stop all workers, keep the file as it is, and restore a backup. `offstage doctor` says what is damaged.',
  ),
  E_STORE_FOREIGN: store(
    'The file of the store belongs to another program. It was not changed.',
    'Name another file with `--store`.',
  ),
  E_STORE_LOST: store(
    'The file of the store, or its `-wal` or `-shm` file, was removed, replaced or emptied while it was in use. The class is StoreLostError.',
    'Find out what happened to the file before you start again. Nothing more was stored.',
  ),
  E_STORE_MEMORY: usage('The store `memory:` would end with this command.', 'Name a file with `--store`.'),
  E_STORE_MOVED: store(
    'The store was moved to another one, is being moved, or is being filled by a move. The class is StoreLostError.',
    'Use the store that the message names; complete a move that was interrupted by running it again.',
  ),
  E_STORE_NEWER: store(
    'A newer version of Offstage wrote the file of the store, or has brought it up to date while this one used it. It was not changed.',
    'Update Offstage; restart what still runs the older version.',
  ),
  E_STORE_NONE: store(
    'The store that is to be copied, brought up to date, compacted or moved is not there.',
    'Check the path. The first command that writes makes a store.',
  ),
  E_STORE_OLDER: store(
    "The schema of the file is older than this program's, or the file is of an unreleased version.",
    'Run `offstage store upgrade`, which runs no jobs; move a file of an unreleased version away.',
  ),
  E_STORE_PROCESS: store(
    'The process that holds the store of an engine in code ended before it answered, or cannot be started.',
    'After an end, what was asked may have been stored or not: look before you ask again. The next call starts a new process.',
  ),
  E_STORE_REDIS: usage(
    'The command works on the file of a store, and this store is on Redis.',
    'The hint says what Redis has instead.',
  ),
  E_STORE_UNAVAILABLE: store(
    'The store cannot be opened, read or written: no permission, a full disk, damaged pages, or a lock that is held for too long. A Redis cannot be reached, refuses its clients, or has not answered.',
    'The message names the cause and the hint the way out. Nothing was acknowledged; on Redis, what was asked when the connection was cut may have been stored.',
  ),
  E_STORE_URL: usage(
    'The URL of a store cannot be read.',
    'Write `sqlite:PATH`, `sqlite:PATH?durability=relaxed`, `redis://[USER:PASSWORD@]HOST[:PORT][/DB]` or `memory:`.',
    '… is not a store',
  ),
  E_STORE_VANISHED: store(
    'The file of the store is empty, or it is gone while its folder `.offstage` is there.',
    'Restore a backup, or remove the file or the folder to begin with an empty store.',
  ),
  E_SUITE: usage('A flag or an argument does not go with a glob or with `--junit`.', 'Leave one of them out.'),
  E_TASK: usage(
    'A call that takes a function, such as `task(options, run)` or `addTask(run)`, got none.',
    'Pass the function itself, not the result of a call.',
  ),
  E_TASKS: usage(
    'The option `tasks` of `createEngine` has something that cannot be a task.',
    'Pass functions by valid names, or the path of a task directory.',
  ),
  E_TASK_PROCESS: project(
    'A task process ended before it had loaded the task modules, or while it checked arguments.',
    'Run `offstage tasks`, which names the module.',
  ),
  E_TEST_STUCK: usage(
    'A test engine waits for a job that waits for the test, for one that enqueues itself again and again, or for timers that were faked before it was imported.',
    'Move the time with `advance()`, resolve what the job waits for, or import `offstage/testing` first.',
  ),
  E_TEXT: usage('Text from a file, stdin or the command line is not UTF-8.', 'Convert it to UTF-8.'),
  E_TIME: usage('A time cannot be read, has passed, or a range ends before it begins.', 'Write ISO 8601, or `HH:MM`.'),
  E_TIME_ZONE: usage('A name is no time zone.', 'Write a name of the tz database, such as `Europe/Berlin`.'),
  E_TIMEOUT: usage('A time limit of 0 leaves no time to run.', 'Write `none` on the command line, `false` in code.'),
  E_TOO_LARGE: usage('Arguments or a result are larger than the limit.', 'Pass a reference to the data, not the data.'),
  E_UNKNOWN_COMMAND: usage('There is no command of that name.', 'See `offstage --help`.'),
  E_TWO_ENGINES: usage(
    'Code called `enqueue()` of a task that several engines of this process have registered.',
    'Say which one is meant: `engine.enqueue(task, [arguments])`.',
  ),
  E_UNKNOWN_TASK: usage('There is no task of that name, or none that the glob matches.', 'See `offstage tasks`.'),
  E_TOKEN_LATE: other(
    'A row of an outbox was read over a minute ago, so it may have become a job meanwhile.',
    'Nothing: the row is read again. It is seen only in logs, when a machine stood still.',
  ),
  E_UNREGISTERED: usage(
    'Code called `enqueue()` of a task that no engine has loaded.',
    'Export the task from a module of the task directory and call `enqueue()` in a task, or pass it to `createEngine`.',
  ),
  E_USAGE: usage(
    'The command line cannot be read: an unknown flag, a missing value, a word too many.',
    'See `--help` of the command.',
  ),
  E_WORKER_GONE: other(
    'A job that only one process could run cannot be stored, because that process is gone.',
    'Run the command again.',
  ),
  E_WORKERS_ALIVE: other(
    '`store upgrade`, `store compact` or `store move` would disturb workers that are alive.',
    'Stop the workers that the message names; for `upgrade` and `compact`, or add `--force`.',
  ),
  E_WORKER_ID: usage('A text is no id of a worker.', 'An id looks like `w3`.'),
}

export type ErrorCode = keyof typeof errorCatalog

/** The codes that errors of a class can have. */
export type CodeOf<Class extends ErrorClass> = {
  [Code in ErrorCode]: Class extends (typeof errorCatalog)[Code]['classes'][number] ? Code : never
}[ErrorCode]
