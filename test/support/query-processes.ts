/** The processes that answer SQL. */
import { execFileSync } from 'node:child_process'

export interface QueryProcess {
  pid: number
  memoryBytes: number
}

/** Those that a process has started: this one, unless it is said. */
export function listQueryProcesses(inspectorPid = process.pid): QueryProcess[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [pid, parent, kibibytes] = line.trim().split(/ +/).map(Number)
    if (parent !== inspectorPid || !line.includes('query-process')) return []
    return { pid: pid!, memoryBytes: kibibytes! * 1024 }
  })
}
