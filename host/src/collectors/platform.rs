use super::known::Known;
use narthex_core::{Collect, Desc, Flow, LabelNames, Sink, name};
use std::env::consts;

/// What a program runs on: `platform_info{arch, family, kernel, os}`.
///
/// Architecture, family and system are what the program was built for, in Rust's words; the kernel is the release of the
/// one that it runs on.
///
/// ```
/// use narthex::encode::Text;
/// use narthex::{PlatformCollector, Registry, generate_latest};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.register(PlatformCollector::new())?;
/// // platform_info{arch="x86_64",family="unix",kernel="6.1.0-25-amd64",os="linux"} 1
/// assert!(generate_latest(&registry, Text).contains(",os=\"linux\"} 1"));
/// # Ok(())
/// # }
/// ```
pub struct PlatformCollector(Known);

const LABELS: LabelNames<'static> = match LabelNames::new(&["arch", "family", "kernel", "os"]) {
    Ok(names) => names,
    Err(invalid) => invalid.rule.refuse(),
};

impl PlatformCollector {
    /// Asks the kernel for its release, once.
    pub fn new() -> Self {
        let kernel = rustix::system::uname().release().to_string_lossy().into_owned();
        let values = vec![consts::ARCH.into(), consts::FAMILY.into(), kernel, consts::OS.into()];
        Self(Known::new(name!("platform"), "What the program runs on.", LABELS, values))
    }
}

impl Default for PlatformCollector {
    fn default() -> Self {
        Self::new()
    }
}

impl Collect for PlatformCollector {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.0.describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.collect(sink)
    }
}
