//! Compiles only if nothing below smtp-proto links the standard library.
//!
//! A program has one panic handler. The standard library brings its own, so if it were anywhere
//! among the dependencies, the one here would be a second: error E0152.
#![no_std]

pub use smtp_proto::Machine;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
