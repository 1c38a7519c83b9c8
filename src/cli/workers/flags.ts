import { Flags } from '@oclif/core'
import { logFlag } from '../log/flag.js'

/** The flags of a worker. Each has an environment variable, for service managers and containers. */
export const workerFlags = {
  concurrency: Flags.integer({
    env: 'OFFSTAGE_CONCURRENCY',
    char: 'c',
    default: 10,
    min: 1,
    max: 10_000,
    summary: 'Run at most this many jobs at a time',
    helpValue: 'N',
  }),
  queues: Flags.string({
    env: 'OFFSTAGE_QUEUES',
    char: 'q',
    summary: 'Serve only these queues, each by its weight. Default: all',
    helpValue: 'A:5,B:2,C',
  }),
  strict: Flags.boolean({
    env: 'OFFSTAGE_STRICT',
    summary: 'Serve a queue only while those before it are empty',
    dependsOn: ['queues'],
  }),
  processes: Flags.integer({
    env: 'OFFSTAGE_PROCESSES',
    min: 1,
    max: 1_000,
    summary: 'Start at most this many task processes, when jobs need them. Default: one for each core',
    helpValue: 'N',
  }),
  watch: Flags.boolean({
    env: 'OFFSTAGE_WATCH',
    char: 'w',
    summary: 'Replace the task processes when the code changes',
  }),
  'max-memory': Flags.string({
    env: 'OFFSTAGE_MAX_MEMORY',
    summary: 'Kill a task process or program that uses more than this',
    helpValue: 'SIZE',
  }),
  scheduler: Flags.boolean({
    env: 'OFFSTAGE_SCHEDULER',
    default: true,
    allowNo: true,
    summary: 'Fire schedules too; --no-scheduler only runs jobs',
  }),
  'allow-commands': Flags.boolean({
    env: 'OFFSTAGE_ALLOW_COMMANDS',
    default: false,
    summary: 'Run commands from a store on Redis: whoever can write to it can run any program here',
  }),
  burst: Flags.boolean({ env: 'OFFSTAGE_BURST', summary: 'End when no job is left' }),
  http: Flags.string({
    env: 'OFFSTAGE_HTTP',
    summary: 'Serve /metrics, /healthz and /readyz here. Default host: this machine only',
    helpValue: '[HOST:]PORT',
  }),
  'http-allow-host': Flags.string({
    env: 'OFFSTAGE_HTTP_ALLOW_HOST',
    multiple: true,
    dependsOn: ['http'],
    summary: 'Answer requests to this name too; may be repeated',
    helpValue: 'NAME',
  }),
  log: logFlag,
  'task-output': Flags.boolean({
    env: 'OFFSTAGE_TASK_OUTPUT',
    default: true,
    allowNo: true,
    summary: 'Copy what tasks print to the log; --no-task-output only keeps it with the job',
  }),
  grace: Flags.string({
    env: 'OFFSTAGE_GRACE',
    default: '30s',
    summary: 'How long running jobs may take to finish after a signal',
    helpValue: 'DURATION',
  }),
}
