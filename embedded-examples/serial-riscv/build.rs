//! Tells the linker where the board's `memory.x` is.

fn main() {
    println!("cargo::rustc-link-search={}/../boards/virt", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-changed=../boards/virt/memory.x");
}
