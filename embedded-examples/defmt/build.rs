//! How a firmware that logs with defmt is built.

use std::env;

fn main() {
    println!("cargo::rustc-link-search={}/../boards/lm3s6965evb", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=-Tdefmt.x"); // where the texts go that stay on the host
    println!("cargo::rustc-link-arg-bins=--nmagic");

    // defmt asks while it compiles; without an answer it keeps errors only.
    let level = env::var("DEFMT_LOG").unwrap_or_else(|_| "info".into());
    println!("cargo::rustc-env=DEFMT_LOG={level}");
    println!("cargo::rerun-if-env-changed=DEFMT_LOG");
    println!("cargo::rerun-if-changed=../boards/lm3s6965evb/memory.x");
}
