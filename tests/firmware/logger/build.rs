fn main() {
    println!("cargo::rustc-link-search={}/../../../embedded-examples/boards/lm3s6965evb", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rustc-env=DEFMT_LOG=debug");
    println!("cargo::rerun-if-changed=../../../embedded-examples/boards/lm3s6965evb/memory.x");
}
