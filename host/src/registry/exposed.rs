use super::failure::Guarded;
use crate::error::{Error, ErrorKind};
use crate::registered::Collector;
use crate::runtime::check_state_set;
use narthex_core::{Collect, Desc, Stop};
use std::sync::Arc;

/// A family's own name, and every name that it exposes.
pub(super) struct Exposed {
    pub(super) family: Arc<str>,
    pub(super) names: Vec<String>,
}

/// The families of a collector.
pub(super) fn exposed(collector: &Collector) -> Result<Vec<Exposed>, Error> {
    let (guarded, mut families, mut fits) = (Guarded::new(collector), Vec::new(), Ok(()));
    let outcome = guarded.describe(&mut |desc| {
        let family = String::from_iter(desc.name());
        fits = check_state_set(desc.kind(), &family);
        if fits.is_err() {
            return Err(Stop::Sink);
        }
        let mut names = Vec::new();
        all_names(desc, |name| {
            names.push(name.to_string());
            true
        });
        families.push(Exposed { family: family.into(), names });
        Ok(())
    });
    fits?;
    outcome.map_err(|stop| {
        let reason = guarded.reason(stop);
        Error::new(ErrorKind::Collector, format!("the collector did not say what it exposes: {reason}"))
    })?;
    Ok(families)
}

/// Whether `each` answers `true` for every name that a family exposes, also to readers that take any UTF-8; it is not
/// called again when it does not.
pub(super) fn all_names(desc: &Desc<'_>, mut each: impl FnMut(&str) -> bool) -> bool {
    let mut all = |mut name: String| {
        let len = name.len();
        name.reserve(8);
        desc.kind().suffixes().iter().all(|suffix| {
            name.truncate(len);
            name += suffix;
            each(&name)
        })
    };
    all(desc.name().collect()) && (desc.utf8_name().eq(desc.name()) || all(desc.utf8_name().collect()))
}
