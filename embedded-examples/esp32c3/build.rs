fn main() {
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x"); // esp-hal brings it, and the chip's memory
}
