//! Every target has a board: its memory, and the clock of its timer.

/// Whose memory it has, among the examples' boards, and kHz.
fn board(target: &str) -> (&'static str, u32) {
    match target {
        "thumbv6m-none-eabi" => ("microbit", 16_000),
        "thumbv7m-none-eabi" => ("lm3s6965evb", 12_500),
        "thumbv7em-none-eabihf" => ("mps2-an386", 25_000),
        "thumbv8m.main-none-eabihf" => ("mps2-an505", 20_000),
        "riscv32imac-unknown-none-elf" | "riscv32imc-unknown-none-elf" => ("virt", 10_000),
        _ => panic!("no board for {target}"),
    }
}

fn main() {
    let (board, clock) = board(&std::env::var("TARGET").unwrap());
    println!("cargo::rustc-env=TIMER_KHZ={clock}");
    println!("cargo::rustc-link-search={}/../../../embedded-examples/boards/{board}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../../embedded-examples/boards/{board}/memory.x");
}
