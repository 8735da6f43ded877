//! Where the linker finds the board's `memory.x`.

fn main() {
    println!("cargo::rustc-link-search={}/../../../embedded-examples/boards/lm3s6965evb", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
}
