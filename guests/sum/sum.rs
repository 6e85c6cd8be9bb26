//! Adds what the host answers to its argument. To this code the import is an ordinary blocking call,
//! although the host module's function is async.

// The standard library's own debug information would make this file of a few KB one of 5 MB.
#![no_std]

#[link(wasm_import_module = "env")]
extern "C" {
    fn from_host(a: i32, b: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn sum(value: i32) -> i32 {
    let answer = unsafe { from_host(10, 1) };
    value + answer
}

// Without the standard library a crate has to say what a panic does. Nothing here can panic.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
