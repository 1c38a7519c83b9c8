import { currentJob } from 'offstage'

/** Any exported function is a task. Try: offstage run hello name=Ada */
export default async function hello({ name = 'world' }: { name?: string } = {}) {
  console.log(`saying hello as job ${currentJob().id}`)
  return `Hello, ${name}!`
}
