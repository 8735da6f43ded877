use super::known::Known;
use narthex_core::{Collect, Desc, Flow, LabelNames, Sink, name};

/// What a program was built from: `build_info{name, version, …}`, made by [`build_info!`](crate::build_info).
pub struct BuildInfoCollector(Known);

/// A [`BuildInfoCollector`] of the crate that calls this: its name and version, as Cargo.toml has them, and what else you
/// know of the build.
///
/// ```
/// use narthex::{Registry, build_info};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.register(build_info!(revision = option_env!("REVISION").unwrap_or("unknown")))?;
///
/// let labels = [("name", "narthex"), ("version", env!("CARGO_PKG_VERSION")), ("revision", "unknown")];
/// assert_eq!(registry.sample_value("build_info", &labels), Some(1.0));
/// # Ok(())
/// # }
/// ```
///
/// For a namespace before the name, put it into a [`Prefixed`](crate::Prefixed). A label that is not valid, or is there
/// twice, does not compile:
///
/// ```compile_fail
/// let twice = narthex::build_info!(version = "2");
/// ```
#[macro_export]
macro_rules! build_info {
    ($($label:ident = $value:expr),* $(,)?) => {
        $crate::BuildInfoCollector::new(
            const {
                match $crate::LabelNames::new(&["name", "version" $(, ::core::stringify!($label))*]) {
                    Ok(names) => names,
                    Err(invalid) => invalid.rule.refuse(),
                }
            },
            ::std::vec![
                ::core::env!("CARGO_PKG_NAME").into(),
                ::core::env!("CARGO_PKG_VERSION").into()
                $(, ::std::string::String::from($value))*
            ],
        )
    };
}

impl BuildInfoCollector {
    /// For the macro: as many values as names.
    #[doc(hidden)]
    pub fn new(names: LabelNames<'static>, values: Vec<String>) -> Self {
        Self(Known::new(name!("build"), "What the program was built from.", names, values))
    }
}

impl Collect for BuildInfoCollector {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.0.describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.collect(sink)
    }
}
