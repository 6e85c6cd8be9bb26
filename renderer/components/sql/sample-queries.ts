/** Queries to begin with. docs/sql.md has more. */
export const SAMPLE_QUERIES: readonly { label: string; sql: string }[] = [
  {
    label: 'Slowest imports',
    sql: `select module, name, count(*) as calls, sum(total_ns) / 1e6 as total_ms, sum(suspended_ns) / 1e6 as suspended_ms
from calls where kind = 'import'
group by module, name order by total_ms desc`,
  },
  {
    label: 'Longest calls',
    sql: `select id, kind, name, params, outcome, total_ns
from calls order by total_ns desc limit 20`,
  },
  {
    label: 'Failures',
    sql: `select id, name, error, message
from calls where error is not null order by id`,
  },
]
