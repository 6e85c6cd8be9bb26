// Counts the words of a text that the host hands over piece by piece. Each piece is an import call that
// suspends this code until the host has read it and copied it into the buffer below.

import { readText } from './env'

const BUFFER_CAPACITY: i32 = 1024
const buffer = memory.data(BUFFER_CAPACITY)

/** Space, tab, line feed and the other ASCII white space: bytes that no other UTF-8 character contains. */
function isWhiteSpace(byte: u8): bool {
  return byte == 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

/** Reads the whole text in pieces of `pieceSize` bytes, from 1 to 1,024, and returns its number of words. */
export function countWords(pieceSize: i32): i32 {
  const capacity = max(1, min(pieceSize, BUFFER_CAPACITY))
  let words = 0
  // Kept across pieces: a word that two pieces share counts once.
  let insideWord = false

  let textOffset = 0
  let length = readText(textOffset, buffer, capacity)
  while (length > 0) {
    for (let index = 0; index < length; index++) {
      if (isWhiteSpace(load<u8>(buffer + index))) {
        insideWord = false
      } else if (!insideWord) {
        insideWord = true
        words++
      }
    }
    textOffset += length
    length = readText(textOffset, buffer, capacity)
  }
  return words
}
