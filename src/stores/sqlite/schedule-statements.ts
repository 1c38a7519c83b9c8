import { durationMs } from './job-statements.js'

// INDEXED BY, here and below: SQLite would rather read through all records of a schedule than pick the few.
const openSlots = 'slots INDEXED BY slots_open WHERE open = 1'
// What may be asked of a schedule with slots that wait.
const mayFireWaiting = `
  plan IS NOT NULL AND paused_at IS NULL AND coalesce(fired < plan ->> '$.definition.limit', 1)
  AND NOT EXISTS (SELECT 1 FROM ${openSlots} AND slots.schedule = schedules.name)`
// A record whose job has not ended is what a later slot is held against.
const prunableSlot = `through < :before AND outcome <> 'waiting' AND open = 0`
const prunableSchedule = `
  plan ->> '$.rule.kind' = 'once' AND plan ->> '$.rule.at' < :before AND plan ->> '$.rule.at' <= decided_until
  AND NOT EXISTS (SELECT 1 FROM slots WHERE schedule = schedules.name AND outcome = 'waiting')`

function listed(which: string): string {
  return `
    SELECT schedules.*, last.slot, last.through, last.outcome, last.reason, last.job, last.late_ms, last.job_state,
      last.job_reason, last.job_ms,
      (SELECT json_group_object(outcome, count) FROM slot_totals WHERE schedule = schedules.name) AS totals,
      (SELECT count(*) FROM slots WHERE schedule = schedules.name AND outcome = 'waiting') AS waiting
    FROM schedules LEFT JOIN slots AS last
      ON last.schedule = schedules.name
      AND last.slot = (SELECT max(slot) FROM slots WHERE schedule = schedules.name AND slot <= :latest)
    WHERE ${which} ORDER BY name`
}

/** The SQL statements about schedules and their slots. */
export const scheduleTexts = {
  // schedules
  schedule: `SELECT * FROM schedules WHERE name = ?`,
  schedules: listed('1'),
  schedulesNamed: listed('name IN (SELECT value FROM json_each(:names))'),
  keepSchedule: `
    INSERT INTO schedules (name, source, task, plan, fault, revision, created_at, decided_until, fired, paused_at)
    VALUES (:name, :source, :task, :plan, :fault, :revision, :createdAt, :decidedUntil, :fired, :pausedAt)
    ON CONFLICT (name) DO UPDATE SET source = excluded.source, task = excluded.task, plan = excluded.plan,
      fault = excluded.fault, revision = excluded.revision, decided_until = excluded.decided_until,
      fired = excluded.fired`,
  pause: `UPDATE schedules SET paused_at = :pausedAt, revision = :revision WHERE name = :name`,
  resume: `
    UPDATE schedules SET paused_at = NULL, pauses = :pauses, revision = :revision
    WHERE name = :name`,
  followClock: `
    UPDATE schedules SET plan = :plan, created_at = :createdAt, decided_until = :decidedUntil, paused_at = :pausedAt, pauses = :pauses,
      clock_ahead = :clockAhead, revision = :revision
    WHERE name = :name`,
  endFutureSuccess: `UPDATE schedules SET last_success_at = :now WHERE last_success_at > :latest`,
  dropSchedule: `DELETE FROM schedules WHERE name = ?`,
  skipWaiting: `
    UPDATE slots INDEXED BY slots_waiting SET outcome = 'skipped', reason = :reason, late_ms = max(0, :now - slot)
    WHERE schedule = :name AND outcome = 'waiting' AND slot IN (
      SELECT slot FROM slots INDEXED BY slots_waiting
      WHERE schedule = :name AND outcome = 'waiting' ORDER BY slot DESC LIMIT :count)`,
  scheduling: `SELECT version, seen_at AS seenAt, slots FROM scheduling`,
  identity: `SELECT id FROM identity`,
  nextVersion: `UPDATE scheduling SET version = version + 1 RETURNING version`,
  noteScheduler: `UPDATE scheduling SET seen_at = ?`,

  // slots
  // stays: neither its job nor its wait has ended.
  isSlot: `SELECT open = 1 OR outcome = 'waiting' AS stays FROM slots WHERE schedule = ? AND slot = ?`,
  lastSlot: `SELECT * FROM slots WHERE schedule = ? AND slot <= ? ORDER BY slot DESC LIMIT 1`,
  lengthenSlot: `UPDATE slots SET through = :through WHERE schedule = :name AND slot = :slot`,
  // A job that was there already, by its key, may have ended.
  keepSlot: `
    INSERT OR REPLACE INTO slots (schedule, slot, through, outcome, reason, job, late_ms, open, job_state, job_reason, job_ms)
    SELECT :name, :slot, :through, :outcome, :reason, :job, :lateMs, :job IS NOT NULL AND ends.job IS NULL, ends.state,
      ends.reason, ${durationMs}
    FROM (SELECT 1) LEFT JOIN ends ON ends.job = :job`,
  countSlots: `UPDATE scheduling SET slots = slots + ?`,
  addSlotTotal: `
    INSERT INTO slot_totals (schedule, outcome, count) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  unendedJobs: `SELECT job FROM ${openSlots} AND schedule = ? ORDER BY slot`,
  countWaiting: `SELECT count(*) AS count FROM slots WHERE schedule = ? AND outcome = 'waiting'`,
  decide: `UPDATE schedules SET decided_until = :until, fired = :fired WHERE name = :name`,
  countFired: `UPDATE schedules SET fired = fired + 1 WHERE name = ?`,
  waitingSchedules: `
    SELECT name FROM schedules
    WHERE name IN (SELECT schedule FROM slots WHERE outcome = 'waiting') AND ${mayFireWaiting} ORDER BY name`,
  slotToFire: `
    SELECT slots.* FROM schedules JOIN slots INDEXED BY slots_waiting ON slots.schedule = schedules.name
    WHERE name = ? AND slots.outcome = 'waiting' AND ${mayFireWaiting} ORDER BY slots.slot LIMIT 1`,
  slots: `SELECT * FROM slots WHERE schedule = ? AND slot < ? ORDER BY slot DESC LIMIT ?`,

  dropSlotTotals: `DELETE FROM slot_totals WHERE schedule = ?`,

  // prune
  newestSlotTooMany: `SELECT through AS time FROM slots ORDER BY through DESC LIMIT 1 OFFSET ?`,
  anySlotBefore: `SELECT 1 FROM slots WHERE ${prunableSlot} LIMIT 1`,
  anyOnceBefore: `SELECT 1 FROM schedules WHERE ${prunableSchedule} LIMIT 1`,
  pruneSlots: `
    DELETE FROM slots WHERE (schedule, slot) IN (
      SELECT schedule, slot FROM slots WHERE ${prunableSlot} ORDER BY through, schedule, slot LIMIT :limit)`,
  prunableSchedules: `
    SELECT name FROM schedules WHERE ${prunableSchedule} ORDER BY plan ->> '$.rule.at', name LIMIT :limit`,
}
