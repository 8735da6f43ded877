//! Work while somebody scrapes.

use crate::library::{Encode, Work};
use crate::measure::{Clock, Measuring, compare_after, stay_on};
use anyhow::{Context, Result};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

/// How often what the other thread does is looked at.
const LOOK: Duration = Duration::from_micros(50);

/// The work beside a thread that writes one page after the other, and beside one that has nothing to do: by the clock on
/// the wall, because it may have to wait for the other. Each thread has a processor.
pub fn compare(work: Work, encode: &Encode, how: &Measuring) -> Result<Vec<(f64, f64)>> {
    let work = Arc::new(work);
    let works = [Arc::clone(&work), work].map(|work| Box::new(move |thread, times| work(thread, times)) as Work);
    let (wanted, writing, done) = (AtomicBool::new(false), AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let scraper = scope.spawn(|| {
            stay_on(1)?;
            let mut page = Vec::new();
            while !done.load(SeqCst) {
                writing.store(wanted.load(SeqCst), SeqCst);
                if writing.load(SeqCst) {
                    page.clear();
                    encode(&mut page);
                    black_box(&page);
                } else {
                    thread::sleep(LOOK);
                }
            }
            anyhow::Ok(())
        });
        let before = |at| {
            wanted.store(at == 0, SeqCst);
            while writing.load(SeqCst) != (at == 0) && !scraper.is_finished() {
                thread::sleep(LOOK);
            }
        };
        let measured = compare_after(&works, Clock::Elapsed, how, before);
        done.store(true, SeqCst);
        scraper.join().ok().context("what scrapes panicked")??;
        measured
    })
}
