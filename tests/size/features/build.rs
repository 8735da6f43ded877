use std::env;

fn main() {
    let board = if env::var("TARGET").unwrap().starts_with("thumbv6m") { "microbit" } else { "lm3s6965evb" };
    let memory = format!("{}/../../../embedded-examples/boards/{board}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-search={memory}");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    for logs in ["log_integer", "log_counter"] {
        println!("cargo::rustc-link-arg-bin={logs}=-Tdefmt.x");
    }
    println!("cargo::rustc-env=DEFMT_LOG=info");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={memory}/memory.x");
}
