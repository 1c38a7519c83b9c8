import { notificationKeys } from '../../domain/notification.js'

/** Whether a row of `jobs` is a notification; NULL if it has no unique key. */
export const isNotification = `jobs.unique_key >= '${notificationKeys}' AND jobs.unique_key < '${notificationKeys}~'`
