/** How a frame of the guest's stack reads. */
import type { StackFrame } from '../../../main/contract/calls.ts'

/** The texts of a frame. */
export interface FrameText {
  name: string
  /** `lib.rs:88`, or where there is no source the offset in the guest's file: `+0x48`. */
  place: string
  /** All that is known, one thing a line. */
  title: string
}

export function describeFrame(frame: StackFrame): FrameText {
  const { functionName, functionIndex, offsetBytes, file, line, column } = frame
  const offset = `+0x${offsetBytes.toString(16)}`
  const position = [line, column].filter((part) => part !== undefined).join(':')
  const source = file === undefined ? [] : [position === '' ? file : `${file}:${position}`]
  const title = [functionName, ...source, `function ${functionIndex}, byte ${offset} of the guest`]
  return {
    name: functionName,
    place: file === undefined || line === undefined ? offset : `${file.split(/[/\\]/).at(-1)}:${line}`,
    title: title.join('\n'),
  }
}
