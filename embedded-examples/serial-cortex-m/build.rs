//! Every board is linked with its own `memory.x`.

fn main() {
    for board in ["microbit", "lm3s6965evb", "mps2-an386", "mps2-an505"] {
        println!("cargo::rustc-link-arg-bin=serial-{board}=-L{}/../boards/{board}", env!("CARGO_MANIFEST_DIR"));
        println!("cargo::rerun-if-changed=../boards/{board}/memory.x");
    }
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
}
