//! What is in a firmware image, as binutils tell it.

use crate::command::output;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Bytes in flash and in RAM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Footprint {
    pub flash: u64,
    pub ram: u64,
}

/// Flash is text, rodata and data; RAM is data and bss.
pub fn footprint(elf: &Path) -> Result<Footprint> {
    Ok(sections(&output(Command::new("size").args(["-A", "-d"]).arg(elf))?))
}

/// The demangled names of what only panicking code calls, the panic handler included.
pub fn panic_symbols(elf: &Path) -> Result<Vec<String>> {
    Ok(panics(&output(Command::new("nm").arg("--demangle").arg(elf))?))
}

/// The address of a symbol.
pub fn symbol(elf: &Path, name: &str) -> Result<u64> {
    let listing = output(Command::new("nm").arg(elf))?;
    let line = listing.lines().find(|line| line.ends_with(&format!(" {name}")));
    let address = line.and_then(|line| u64::from_str_radix(line.split(' ').next()?, 16).ok());
    address.with_context(|| format!("{} has no symbol {name}", elf.display()))
}

fn sections(listing: &str) -> Footprint {
    let of = |section: &str| {
        let mut lines = listing.lines().map(str::split_whitespace);
        lines.find_map(|mut line| (line.next()? == section).then(|| line.next()?.parse().ok())?).unwrap_or(0)
    };
    let (text, rodata, data, bss): (u64, u64, u64, u64) = (of(".text"), of(".rodata"), of(".data"), of(".bss"));
    Footprint { flash: text + rodata + data, ram: data + bss }
}

/// The linker drops the handler and everything below it unless something can panic, so that each of these is a call
/// that is still there.
fn panics(listing: &str) -> Vec<String> {
    const MARKS: [&str; 7] = [
        "core::panicking",
        "rust_begin_unwind",
        "unwrap_failed",
        "expect_failed",
        "index_fail",
        "error_fail",
        "::panic_",
    ];
    let names = listing.lines().filter_map(|line| line.splitn(3, ' ').nth(2));
    names.filter(|name| MARKS.iter().any(|mark| name.contains(mark))).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_a_listing() {
        let listing = "size:\nsection  size  addr\n.vector_table 1024 0\n.text 3232 1024\n.rodata 800 4256\n.data 4 9\n\
                       .bss 152 536870912\n.debug_abbrev 278 0\nTotal 5486\n";
        assert_eq!(sections(listing), Footprint { flash: 4036, ram: 156 });
    }

    #[test]
    fn panics_in_a_listing() {
        let listing = "00000ae9 t __rustc::rust_begin_unwind\n00000ad5 t core::panicking::panic_bounds_check\n\
                       00001d77 t core::slice::index::slice_index_fail\n00001e9d t core::cell::panic_already_borrowed\n\
                       00000428 t $d\n         U memcpy\n00002176 t harness::bench::repeat\n";
        assert_eq!(panics(listing).len(), 4);
    }
}
