//! Metrics of what is gone before it can be scraped: pushed to a Pushgateway.

mod gateway;
mod group;
mod page;
mod secure;
mod send;
#[cfg(feature = "tls")]
pub(crate) mod tls;

pub use gateway::Gateway;

use crate::error::{Error, ErrorKind};
use crate::registry::Registry;
use std::io;
use std::panic::resume_unwind;
use std::thread;

/// Replaces the gateway's group by what a registry exposes, for a program without a runtime; [`Gateway::push`] for one
/// with. Blocks until the gateway has taken it.
///
/// ```no_run
/// use narthex::{Gateway, Registry, push_to_gateway};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.gauge("backup_size_bytes", "Size of the last backup.").register()?.set(52_428_800);
/// push_to_gateway(&Gateway::new("http://127.0.0.1:9091", "backup")?, &registry)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`Gateway::push`]; [`ErrorKind::System`] without a thread or an event loop.
pub fn push_to_gateway(gateway: &Gateway, registry: &Registry) -> Result<(), Error> {
    block_on(gateway.push(registry))
}

/// Replaces those families of the gateway's group that a registry exposes too, and leaves the others;
/// [`Gateway::push_add`] for programs with a runtime. Blocks until the gateway has taken it.
///
/// # Errors
///
/// As [`push_to_gateway`].
pub fn pushadd_to_gateway(gateway: &Gateway, registry: &Registry) -> Result<(), Error> {
    block_on(gateway.push_add(registry))
}

/// Deletes the gateway's group; [`Gateway::delete`] for programs with a runtime. Blocks until the gateway has answered.
///
/// # Errors
///
/// As [`push_to_gateway`].
pub fn delete_from_gateway(gateway: &Gateway) -> Result<(), Error> {
    block_on(gateway.delete())
}

/// The grouping key `instance`, with the address that this machine has for the gateway. Blocks while the gateway's name
/// is looked up; nothing is sent to it.
///
/// ```
/// use narthex::{Gateway, instance_ip_grouping_key};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let gateway = Gateway::new("http://127.0.0.1:9091", "backup")?;
/// let (name, address) = instance_ip_grouping_key(&gateway)?;
/// assert_eq!((name, address.as_str()), ("instance", "127.0.0.1"));
/// let gateway = gateway.grouping_key(name, address)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`ErrorKind::Gateway`] when its name cannot be looked up, or no way leads to it.
pub fn instance_ip_grouping_key(gateway: &Gateway) -> Result<(&'static str, String), Error> {
    let address = gateway.local_address().map_err(|error| gateway.refused("").with_source(error))?;
    Ok(("instance", address.to_string()))
}

/// On a thread of its own: the caller's may belong to a runtime, in which nothing else may block.
fn block_on(pushed: impl Future<Output = Result<(), Error>> + Send) -> Result<(), Error> {
    let system = |error: io::Error| Error::new(ErrorKind::System, "cannot push").with_source(error);
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
        let outcome = runtime.block_on(pushed);
        runtime.shutdown_background(); // a name may still be looked up
        outcome
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("narthex-push".into()).spawn_scoped(scope, run).map_err(system)?;
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}
