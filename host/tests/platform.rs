//! What a program runs on and what it was built from.

use narthex::encode::Text;
use narthex::{
    ErrorKind, PlatformCollector, Prefix, Prefixed, Registry, build_info, default_registry, generate_latest,
};
use std::env::consts;

fn kernel() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap().trim_end().into()
}

#[test]
fn the_platform() {
    let labels = [("arch", consts::ARCH), ("family", consts::FAMILY), ("kernel", &kernel()), ("os", consts::OS)];
    let registry = Registry::new();
    registry.register(PlatformCollector::new()).unwrap();
    assert_eq!(registry.sample_value("platform_info", &labels), Some(1.0));
    assert_eq!(default_registry().sample_value("platform_info", &labels), Some(1.0));
}

#[test]
fn the_build_of_the_crate_that_asks() {
    let registry = Registry::new();
    registry.register(build_info!(revision = format!("{}-dirty", "0f3a"), profile = "a \"quoted\" one")).unwrap();
    assert_eq!(
        generate_latest(&registry, Text),
        format!(
            "# HELP build_info What the program was built from.\n# TYPE build_info gauge\n\
             build_info{{name=\"narthex\",version=\"{}\",revision=\"0f3a-dirty\",profile=\"a \\\"quoted\\\" one\"}} 1\n",
            env!("CARGO_PKG_VERSION")
        )
    );
    assert_eq!(registry.register(build_info!()).unwrap_err().kind(), ErrorKind::Duplicate);
    registry.register(Prefixed::new(Prefix::new("shop_").unwrap(), build_info!())).unwrap();
    let labels = [("name", "narthex"), ("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(registry.sample_value("shop_build_info", &labels), Some(1.0));
}
