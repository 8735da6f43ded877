use std::{env, fs, path::PathBuf};

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").unwrap());
    // The Cortex-M0 is a microbit, the Cortex-M3 an lm3s6965evb.
    let ram = if env::var("TARGET").unwrap().starts_with("thumbv6m") { "16K" } else { "64K" };
    let memory =
        format!("MEMORY {{ FLASH : ORIGIN = 0, LENGTH = 256K\n RAM : ORIGIN = 0x20000000, LENGTH = {ram} }}\n");
    fs::write(out.join("memory.x"), memory).unwrap();
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-changed=build.rs");
}
