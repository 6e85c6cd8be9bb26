import { EventEmitter } from 'node:events'

/** What language and runtime ask of any object, by themselves. */
const ASKED_BY_THE_LANGUAGE = new Set(['then', 'toJSON', 'constructor', 'inspect', 'nodeType', 'tagName'])

/**
 * Makes every use of what the stand-in lacks an error, so that no test passes because something silently did
 * nothing.
 */
export function makeStrict<Target extends object>(name: string, target: Target): Target {
  return new Proxy(target, {
    get(object, property, receiver) {
      if (property in object || typeof property === 'symbol' || ASKED_BY_THE_LANGUAGE.has(property)) {
        return Reflect.get(object, property, receiver)
      }
      throw new Error(`The stand-in for Electron has no ${name}.${property}.`)
    },
    set(object, property, value, receiver) {
      if (property in object || typeof property === 'symbol')
        return Reflect.set(object, property, value, receiver)
      throw new Error(`The stand-in for Electron has no ${name}.${property} to set.`)
    },
  })
}

/** Checks an options object for what the stand-in would ignore. */
export function refuseUnknown(name: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new Error(`The stand-in for Electron does not know ${name}.${key}.`)
  }
}

/** An emitter on which only events that the stand-in does emit can be listened to. */
export class StrictEmitter extends EventEmitter {
  private readonly emitterName: string
  private readonly knownEvents: readonly string[]

  constructor(emitterName: string, knownEvents: readonly string[]) {
    super()
    this.emitterName = emitterName
    this.knownEvents = knownEvents
  }

  override on(event: string, listener: (...values: never[]) => void): this {
    this.checkEvent(event)
    return super.on(event, listener as (...values: unknown[]) => void)
  }

  override once(event: string, listener: (...values: never[]) => void): this {
    this.checkEvent(event)
    return super.once(event, listener as (...values: unknown[]) => void)
  }

  private checkEvent(event: string): void {
    if (!this.knownEvents.includes(event)) {
      throw new Error(`The stand-in for Electron never emits "${event}" on ${this.emitterName}.`)
    }
  }
}

/** What Electron hands to listeners that may forbid something. */
export interface PreventableEvent {
  defaultPrevented: boolean
  preventDefault(): void
}

export function createEvent<Details extends object>(details?: Details): PreventableEvent & Details {
  const event = {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
  } as PreventableEvent & Details
  return event
}
