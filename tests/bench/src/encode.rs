//! Pages: how they are written over and over, and whether they are what they should be.

use crate::library::{Encode, Work};
use anyhow::{Result, ensure};
use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

/// Over and over, with one buffer.
pub fn work(encode: Encode) -> Work {
    let buffer = Mutex::new(Vec::new());
    Box::new(move |_, times| {
        let mut buffer = buffer.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..times {
            buffer.clear();
            encode(&mut buffer);
            black_box(&*buffer);
        }
    })
}

/// A page of text is the floor's, but for the order of its lines.
pub fn check(narthex: &Encode, floor: &Encode) -> Result<()> {
    let [narthex, floor] = [narthex, floor].map(|encode| {
        let mut page = Vec::new();
        encode(&mut page);
        let mut lines: Vec<_> = String::from_utf8_lossy(&page).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    });
    let differ = narthex.iter().zip(&floor).find(|(narthex, floor)| narthex != floor);
    ensure!(narthex == floor, "narthex and the floor write different pages: {differ:?}");
    Ok(())
}
