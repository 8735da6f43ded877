//! How long something takes, how often it fails, how much of it goes on: as guards, around closures and futures, and by
//! attributes.

#[doc(hidden)]
pub mod attribute;
mod errors;
mod exemplars;
mod future;
mod inprogress;
mod scaled;
mod timer;

pub use errors::CountErrors;
pub use future::{ErrorsCounted, FutureMetrics, PanicsCounted, Timed, Tracked};
pub use inprogress::TrackInprogress;
pub use scaled::Scaled;
pub use timer::{DurationTimer, Monotonic, ObserveDuration, Stopwatch};

/// Implements a trait for whatever leads to a metric.
macro_rules! pointers {
    ($trait:ident, $($method:item)*) => {
        $crate::guard::pointers!(@each $trait, { $($method)* }
            &M; Box<M>; std::sync::Arc<M>; std::sync::LazyLock<M>; $crate::runtime::Handle<M>;
            narthex_core::Series<'_, M>;
        );
    };
    (@each $trait:ident, $methods:tt $($pointer:ty;)*) => {
        $($crate::guard::pointers!(@one $trait, $methods $pointer);)*
    };
    (@one $trait:ident, { $($method:item)* } $pointer:ty) => {
        impl<M: $trait> $trait for $pointer {
            $($method)*
        }
    };
}
use pointers;
