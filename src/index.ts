import './supported-node.js'

export {
  type AddScheduled,
  BackgroundScheduler,
  type BackgroundSchedulerOptions,
} from './background/background-scheduler.js'
export {
  type AddTask,
  BackgroundTasks,
  type BackgroundTasksOptions,
  type TaskFailed,
} from './background/background-tasks.js'
export type { SchedulingEngine } from './background/engine-timetable.js'
export type { Logger } from './background/logger.js'
export { type Monitoring, monitored } from './background/monitored.js'
export type { Recurring } from './background/recurrence.js'
export { type Retrying, type RetryOnFailureOptions, retryOnFailure } from './background/retry-on-failure.js'
export { TaskMonitor, type TaskMonitorOptions } from './background/task-monitor.js'
export type { BackgroundTaskOptions } from './background/task-options.js'
export { type QueueItem, TaskQueue, type TaskQueueOptions } from './background/task-queue.js'
export { taskSignal } from './background/task-signal.js'
export type { ScheduledTask } from './background/timetable.js'
export { Worker, type WorkerOptions } from './background/worker.js'
export type { Clock } from './domain/clock.js'
export type { Duration } from './domain/duration.js'
export type { ErrorClass } from './domain/error-class.js'
export {
  KeyTakenError,
  NonRetryableError,
  NotFoundError,
  OffstageError,
  ProjectError,
  RetryLater,
  StoreDamagedError,
  StoreLostError,
  StoreUnavailableError,
  UsageError,
} from './domain/errors.js'
export type { JobId } from './domain/job.js'
export { NotJsonError } from './domain/json.js'
export type { NotifyCommand, NotifyOptions, NotifyTarget, NotifyUrl } from './domain/notification.js'
export type { EnqueueOptions } from './domain/request.js'
export type { RetentionPolicy } from './domain/retention.js'
export type { RetryOptions } from './domain/retry.js'
export { RetryPolicy } from './domain/retry-policy.js'
export type { ConfigSchedule, ScheduleOptions, TaskSchedule } from './domain/schedule/options.js'
export type { TaskHealth, TaskHealthOptions, TaskReadings, TaskStats } from './domain/task-readings.js'
export { createEngine } from './embedded/create-engine.js'
export type {
  AnyTasks,
  Engine,
  EngineMonitor,
  EngineOptions,
  EngineScheduleOptions,
  EngineWorker,
  EngineWorkerOptions,
  FinishedOptions,
  JobRecord,
  JobsFilter,
  ScheduleRecord,
  TaskArgs,
  TaskFault,
  TaskFunction,
  TaskFunctions,
} from './embedded/engine.js'
export { enqueueIn } from './embedded/enqueue-in-engine.js'
export type { SqliteHandle } from './embedded/outbox-handle.js'
export { type CurrentJob, currentJob } from './engine/current-job.js'
export { type Enqueue, type JobHandle, type Task, type TaskOptions, task } from './engine/task.js'
export { defineConfig, type OffstageConfig } from './project/config.js'
