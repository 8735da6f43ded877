//! What the default registry has from the start.

use super::Registry;
use crate::collectors::ProcessCollector;

pub(super) fn register(registry: &Registry) {
    let _ = registry.register(ProcessCollector::new()); // nothing has its names yet
}
