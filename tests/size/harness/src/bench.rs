//! The firmware that measures: one line `name<TAB>value` a row, then the exposition.

use crate::semihosting::{number, out, out_bytes};
use crate::stack::high_water;
use crate::tick::{INSTRUCTIONS, calibrate, ticks};
use crate::workload::{Sum, absorb, populate};
use crate::{Subject, exit};
use core::hint::black_box;

const N: u32 = 1000;

fn row(name: &str, value: u64) {
    out(name);
    out("\t");
    number(value);
    out("\n");
}

/// The ticks of a loop. Every body, the empty one too, has one opaque argument. A macro, because a function with a
/// closure would be optimised otherwise in some subjects and not in others.
macro_rules! repeat {
    ($n:expr, $i:ident => $body:block) => {
        ticks(&mut || for $i in 0..$n $body)
    };
}

/// Measures `S`, prints what it found and exits.
pub fn bench_main<S: Subject>() -> ! {
    let calibration = calibrate() as u64;
    // What `n` calls take beyond the empty loop, in whole instructions a call.
    let per_call = |ticks: u32, empty: u32, n: u32| {
        let tenths = ticks.saturating_sub(empty) as u64 * INSTRUCTIONS as u64 * 10 / calibration / n as u64;
        (tenths + 5) / 10
    };

    S::init();
    populate::<S>();

    let empty = repeat!(N, i => { black_box(i); });
    row("counter inc", per_call(repeat!(N, i => { black_box(i); S::counter_inc(); }), empty, N));
    row("counter add", per_call(repeat!(N, i => { S::counter_add(black_box(i)); }), empty, N));
    row("gauge set", per_call(repeat!(N, i => { S::gauge_set(black_box(i) as i32); }), empty, N));
    row("handle inc", per_call(repeat!(N, i => { black_box(i); S::labelled_inc_bound(); }), empty, N));
    for (name, method, status) in [("look-up first", "GET", "200"), ("look-up last", "DELETE", "500")] {
        let t = repeat!(N / 10, i => { black_box(i); S::labelled_inc(black_box(method), black_box(status)); });
        row(name, per_call(t, empty / 10, N / 10));
    }
    for (name, value) in [("observe first", 5u32), ("observe middle", 200), ("observe beyond", 20000)] {
        row(name, per_call(repeat!(N, i => { black_box(i); S::observe(black_box(value)); }), empty, N));
    }
    S::gauge_set(-2750);

    let mut sum = Sum { sum: 0, len: 0 };
    let mut calls = 0u32;
    let render = ticks(&mut || {
        S::render(&mut |b| {
            calls += 1;
            absorb(&mut sum, b)
        })
    });
    let mut left = sum.len;
    let mut again = Sum { sum: 0, len: 0 };
    static BYTES: [u8; 32] = [b'x'; 32];
    let sink = ticks(&mut || {
        while left > 0 {
            let n = left.min(32);
            absorb(&mut again, &BYTES[..n as usize]);
            left -= n;
        }
    });
    row("render calls of the sink", calls as u64);
    row("render net", per_call(render, sink, 1));

    row("look-up stack", high_water(&mut || S::labelled_inc("PUT", "500")) as u64);
    row("observe stack", high_water(&mut || S::observe(77)) as u64);
    row("render stack", high_water(&mut || S::render(&mut |b| absorb(&mut again, b))) as u64);
    out("---\n");
    S::render(&mut |b| out_bytes(b));
    exit(0)
}
