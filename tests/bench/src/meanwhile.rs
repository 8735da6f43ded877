//! Work while somebody scrapes.

use crate::library::{Encode, Work};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Barrier};

/// The work beside a thread that writes one page after the other, and beside one that has nothing to do.
pub fn works(work: Work, encode: Encode) -> [Work; 2] {
    let work = Arc::new(work);
    [Some(encode), None].map(|encode| {
        let work = Arc::clone(&work);
        Box::new(move |thread, times| {
            let (begun, done) = (Barrier::new(2), AtomicBool::new(false));
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    begun.wait();
                    if let Some(encode) = &encode {
                        pages(encode, &done);
                    }
                });
                begun.wait();
                work(thread, times);
                done.store(true, Relaxed);
            });
        }) as Work
    })
}

fn pages(encode: &Encode, done: &AtomicBool) {
    let mut page = Vec::new();
    while !done.load(Relaxed) {
        page.clear();
        encode(&mut page);
        black_box(&page);
    }
}
