/** The processes that answer SQL for this one. */
import { execFileSync } from 'node:child_process'

export interface QueryProcess {
  pid: number
  memoryBytes: number
}

/** In the order in which they were started, as long as the system's numbers go on. */
export function listQueryProcesses(): QueryProcess[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [pid, parent, kibibytes] = line.trim().split(/ +/).map(Number)
    if (parent !== process.pid || !line.includes('query-process')) return []
    return { pid: pid!, memoryBytes: kibibytes! * 1024 }
  })
}
