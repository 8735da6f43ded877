//! What the default registry has from the start.

use super::Registry;
use crate::collectors::{PlatformCollector, ProcessCollector};

pub(super) fn register(registry: &Registry) {
    // nothing has their names yet
    let _ = registry.register(ProcessCollector::new());
    let _ = registry.register(PlatformCollector::new());
}
