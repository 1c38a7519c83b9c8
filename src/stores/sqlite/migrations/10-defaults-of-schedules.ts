export const defaultsOfSchedules = `
  -- A definition says what its task said of its jobs. It was not kept before: these are the defaults of every task.
  UPDATE schedules
  SET plan = json_set(plan, '$.definition.taskDefaults',
    json('{"queue":"default","priority":0,"maxRetries":3,"backoff":null,"timeoutMs":900000}'))
  WHERE plan IS NOT NULL;
  `
