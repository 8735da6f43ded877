//! What decides whether `_created` is exposed, row by row as `enable_created_metrics` documents it.

use narthex::{Error, Registry, disable_created_metrics, enable_created_metrics};
use std::process::Command;

const VARIABLE: &str = "PROMETHEUS_DISABLE_CREATED_SERIES";
const VALUES: [(&str, bool); 10] = [
    ("true", true),
    ("True", true),
    ("TRUE", true),
    ("1", true),
    ("t", true),
    ("T", true),
    ("false", false),
    ("0", false),
    ("yes", false),
    ("", false),
];

#[test]
fn the_environment_wins() {
    for (value, _) in VALUES {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "the_last_call_decides"]).env(VARIABLE, value);
        let output = child.output().unwrap();
        assert!(output.status.success(), "{VARIABLE}={value}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// The only test of this process that touches the switch.
#[test]
fn the_last_call_decides() -> Result<(), Error> {
    let given = std::env::var(VARIABLE).ok();
    let forbidden = VALUES.iter().any(|(value, forbids)| given.as_deref() == Some(*value) && *forbids);
    let r = Registry::new();
    let shown = |expected: &[&str]| {
        let names = ["asked", "enabled", "enabled_series", "other"];
        let exposed: Vec<_> = names
            .into_iter()
            .filter(|name| {
                let labels = if name.ends_with("series") { &[("a", "1")][..] } else { &[] };
                r.sample_value(&format!("{name}_created"), labels).is_some()
            })
            .collect();
        assert_eq!(exposed, if forbidden { &[] } else { expected });
    };
    r.counter("asked", "").created().register()?;
    r.counter("other", "").register()?;
    shown(&["asked"]);

    enable_created_metrics();
    r.counter("enabled", "").register()?;
    r.histogram("enabled_series", "").labels(["a"]).register()?.get(["1"]);
    r.gauge("gauge", "").register()?.set(1);
    shown(&["asked", "enabled", "enabled_series"]);

    disable_created_metrics();
    shown(&[]);

    enable_created_metrics();
    shown(&["asked", "enabled", "enabled_series"]);
    Ok(())
}
