import type { GuestValue, HostContext, HostImports } from 'jspi-inspector'

export default ({ console, show, sync }: HostContext): HostImports => {
  const echo = async (value: GuestValue) => {
    console.log(`host got ${show(value)}`)
    return value
  }
  return {
    env: {
      i32: echo,
      i64: echo,
      f32: echo,
      f64: echo,
      externref: echo,
      funcref: echo,
      async all(...values: GuestValue[]) {
        console.log(`host got ${show(...values)}`)
        return values
      },
      swap: sync((first: number, second: bigint) => [second, first]),
      new_object: sync(() => ({ madeBy: 'the host module' })),
    },
  }
}
