//! The command-line tool.

mod interval;
mod push;
mod show;

use clap::{Args, Parser, Subcommand};
use narthex::relay::{Device, Options, Relay};
use narthex::start_http_server;
use push::{Push, PushArgs};
use std::cell::RefCell;
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
#[command(name = "narthex", version, about = "Prometheus metrics, between microcontrollers and services")]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Relay(RelayArgs),
}

/// Serve the metrics of devices on serial lines as one page.
///
/// Devices send snapshots in checked frames, as `narthex_core::frame` does, or with --plain as OpenMetrics text. Every
/// series gets a label `device`. A device that is silent, unplugged or talks rubbish costs nobody else anything; the
/// relay counts what goes wrong in narthex_relay_* metrics and opens again what was closed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  narthex relay /dev/ttyACM0                                  serve one board at http://127.0.0.1:9101/metrics
  narthex relay kitchen=/dev/ttyACM0 attic=/dev/ttyUSB1       two boards, with names of your own
  narthex relay --plain --every 10s tcp:10.0.0.7:4000         ask a serial server's device for text every 10 s
  narthex relay /dev/ttyACM0 --push http://gateway:9091 --job boards
                                                              push instead of being scraped
  narthex relay /dev/ttyACM0 --push https://gateway --push-user boards --push-password-file password
                                                              the same, with a password, over TLS
")]
struct RelayArgs {
    /// Serial ports, and sockets as unix:/path or tcp:host:port; each may have a name, as in kitchen=/dev/ttyACM0
    #[arg(required = true)]
    devices: Vec<Device>,

    /// Serve /metrics at this address [default: 127.0.0.1:9101, unless --push is given]
    #[arg(long)]
    listen: Option<SocketAddr>,

    #[command(flatten)]
    push: PushArgs,

    /// The devices send OpenMetrics text instead of frames; they are asked for it every 10 s, unless --every says otherwise
    #[arg(long)]
    plain: bool,

    /// How often to ask the devices for a snapshot; without this, frames are waited for
    #[arg(long, value_name = "TIME", value_parser = interval::parse)]
    every: Option<Duration>,

    /// The speed of serial ports, in bits per second
    #[arg(long, default_value_t = 115_200)]
    baud: u32,

    /// How old a snapshot may be before a device's series leave the page
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = interval::parse)]
    stale_after: Duration,

    /// The most bytes that a snapshot may have
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    max_snapshot: usize,
}

/// How often plain text is asked for.
const EVERY: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let What::Relay(args) = Command::parse().what;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(relay(args))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn relay(args: RelayArgs) -> Result<(), Box<dyn Error>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let options = Options {
        plain: args.plain,
        every: args.every.or(args.plain.then_some(EVERY)),
        baud: args.baud,
        stale_after: args.stale_after,
        max_snapshot: args.max_snapshot,
    };
    let push = Push::new(args.push)?;
    let relay = Relay::new(args.devices, options)?;
    let listen = args.listen.or(push.is_none().then_some(SocketAddr::from(([127, 0, 0, 1], 9101))));
    let server = listen.map(|address| start_http_server(address, relay.registry().clone())).transpose()?;
    if let Some(server) = &server {
        eprintln!("metrics: http://{}/metrics", server.local_addr());
    }
    let trouble = RefCell::default();
    let pushing = async {
        match &push {
            Some(push) => push.run(&relay, &trouble).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = relay.run() => {}
        error = pushing => return Err(error.into()),
        () = show::show(&relay, &trouble) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    if let Some(server) = server {
        server.shutdown();
    }
    Ok(())
}
