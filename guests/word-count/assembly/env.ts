// What the host provides. AssemblyScript imports a declared function from the module named like its file.

/**
 * Copies the text from byte `offset` on, at most `capacity` bytes of it, to `address`.
 * Returns how many bytes it copied: 0 at the end of the text.
 */
export declare function readText(offset: i32, address: usize, capacity: i32): i32
