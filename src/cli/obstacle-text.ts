import type { Obstacle } from '../app/run/obstacles.js'
import { shellTask } from '../domain/shell-task.js'

/** What is in the way of a job, and what to do about it. */
export function obstacleText(obstacle: Obstacle): { readonly what: string; readonly next: string } {
  switch (obstacle.kind) {
    case 'no worker':
      return { what: 'no worker is running', next: 'start one: offstage workers start' }
    case 'not served': {
      const { queue } = obstacle
      return { what: `no living worker serves ${queue}`, next: `start one: offstage workers start --queues ${queue}` }
    }
    case 'not known': {
      const { queue, task } = obstacle
      if (task === shellTask) {
        return {
          what: `no living worker of ${queue} runs commands`,
          next: 'start one that does: offstage workers start --allow-commands',
        }
      }
      return {
        what: `no living worker of ${queue} knows the task ${task}`,
        next: 'look for its module: offstage tasks',
      }
    }
    case 'paused': {
      const { queue } = obstacle
      return { what: `${queue} is paused`, next: `resume it: offstage queues resume ${queue}` }
    }
  }
}

/** `mail is paused; resume it: offstage queues resume mail` */
export function obstacleLine(obstacle: Obstacle): string {
  const { what, next } = obstacleText(obstacle)
  return `${what}; ${next}`
}
