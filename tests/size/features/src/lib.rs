//! Programs that differ by one thing.
#![no_std]

use core::convert::Infallible;
use core::hint::black_box;
use narthex_core::encode::Write;

/// What the programs are written with.
pub mod prelude {
    pub use core::hint::black_box;
    pub use narthex_core::encode::{self, Cursor, Text};
    pub use narthex_core::frame::Framer;
    pub use narthex_core::*;
}

/// The way out: a register that takes bytes.
pub struct Out;

impl Out {
    #[inline(never)]
    pub fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            black_box(*byte);
        }
    }
}

impl Write for Out {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.take(bytes);
        Ok(bytes.len())
    }
}

/// A value that is measured when it is asked for.
pub fn sensor() -> u32 {
    black_box(7)
}

/// What every program does with its metrics.
#[macro_export]
macro_rules! update {
    ($group:ident) => {
        $group.requests.inc();
        $group.errors.inc();
        $group.temperature.set(black_box(-3));
    };
}

/// A group of two counters and a gauge, which goes out one way or the other.
#[macro_export]
macro_rules! page_by {
    (|$group:ident, $out:ident| $write:expr) => {
        #[allow(unused_imports, reason = "each program uses some of it")]
        use $crate::prelude::*;

        #[derive(MetricGroup)]
        #[metrics(namespace = "app")]
        struct Group {
            /// Requests handled.
            requests: Counter,
            /// Requests failed.
            errors: Counter<u32>,
            /// Board temperature.
            temperature: Gauge<i32>,
        }

        static GROUP: Group = Group::new();

        #[harness::entry]
        fn main() -> ! {
            loop {
                $crate::update!(GROUP);
                let ($group, $out) = (&GROUP, &mut $crate::Out);
                let _ = $write;
            }
        }
    };
}

/// The same in text, and a metric more: its attributes, its type, the type of the second one, an update.
#[macro_export]
macro_rules! metric {
    ($(#[$attribute:meta])? $first:ty, $second:ty, |$more:ident| $update:expr) => {
        #[allow(unused_imports, reason = "each program uses some of it")]
        use $crate::prelude::*;

        #[allow(dead_code, reason = "not every program has a label")]
        #[derive(Clone, Copy, ClosedLabels)]
        enum Side {
            Left,
            Right,
            Top,
            Bottom,
        }

        #[derive(MetricGroup)]
        #[metrics(namespace = "app")]
        struct Group {
            /// Requests handled.
            requests: Counter,
            /// Requests failed.
            errors: Counter<u32>,
            /// Board temperature.
            temperature: Gauge<i32>,
            /// What this program is for.
            $(#[$attribute])?
            more: $first,
            /// The same, once more.
            $(#[$attribute])?
            #[cfg(feature = "again")]
            again: $second,
        }

        static GROUP: Group = Group::new();

        #[harness::entry]
        fn main() -> ! {
            loop {
                $crate::update!(GROUP);
                let $more = &GROUP.more;
                $update;
                #[cfg(feature = "again")]
                {
                    let $more = &GROUP.again;
                    $update;
                }
                let _ = encode::text(&GROUP, &mut $crate::Out);
            }
        }
    };
}

/// A group of one counter that is logged.
#[macro_export]
macro_rules! log {
    (|$group:ident| $log:expr) => {
        #[allow(unused_imports, reason = "each program uses some of it")]
        use $crate::prelude::*;

        struct Group {
            requests: Counter,
        }

        static GROUP: Group = Group { requests: Counter::new() };

        #[defmt::global_logger]
        struct Logger;

        // SAFETY: nothing but the main loop logs.
        unsafe impl defmt::Logger for Logger {
            fn acquire() {}
            unsafe fn flush() {}
            unsafe fn release() {}
            unsafe fn write(bytes: &[u8]) {
                $crate::Out.take(bytes);
            }
        }

        #[harness::entry]
        fn main() -> ! {
            loop {
                GROUP.requests.inc();
                let $group = &GROUP;
                $log;
            }
        }
    };
}
