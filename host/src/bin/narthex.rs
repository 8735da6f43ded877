//! The command-line tool.

use clap::{Args, Parser, Subcommand};
use humantime::parse_duration;
use narthex::relay::{Device, Gateway, Options, Relay, Status};
use narthex::start_http_server;
use rustix::termios::tcgetwinsize;
use std::error::Error;
use std::io::{IsTerminal, Write, stderr};
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
")]
struct RelayArgs {
    /// Serial ports, and sockets as unix:/path or tcp:host:port; each may have a name, as in kitchen=/dev/ttyACM0
    #[arg(required = true)]
    devices: Vec<Device>,

    /// Serve /metrics at this address [default: 127.0.0.1:9101, unless --push is given]
    #[arg(long)]
    listen: Option<SocketAddr>,

    /// Push to the Pushgateway at this URL
    #[arg(long, value_name = "URL")]
    push: Option<String>,

    /// The job that is pushed
    #[arg(long, default_value = "narthex_relay", requires = "push")]
    job: String,

    /// How often to push
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = parse_duration, requires = "push")]
    push_every: Duration,

    /// The devices send OpenMetrics text instead of frames; they are asked for it every 10 s, unless --every says otherwise
    #[arg(long)]
    plain: bool,

    /// How often to ask the devices for a snapshot; without this, frames are waited for
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    every: Option<Duration>,

    /// The speed of serial ports, in bits per second
    #[arg(long, default_value_t = 115_200)]
    baud: u32,

    /// How old a snapshot may be before a device's series leave the page
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    stale_after: Duration,

    /// The most bytes that a snapshot may have
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    max_snapshot: usize,
}

/// How often plain text is asked for.
const EVERY: Duration = Duration::from_secs(10);
/// How often the lines on a terminal are written anew, and the log looks for news.
const REFRESH: Duration = Duration::from_secs(1);

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
    let gateway = args.push.as_deref().map(|url| Gateway::new(url, &args.job)).transpose()?;
    let relay = Relay::new(args.devices, options)?;
    let listen = args.listen.or(gateway.is_none().then_some(SocketAddr::from(([127, 0, 0, 1], 9101))));
    let server = listen.map(|address| start_http_server(address, relay.registry().clone())).transpose()?;
    if let Some(server) = &server {
        eprintln!("metrics: http://{}/metrics", server.local_addr());
    }
    tokio::select! {
        () = relay.run() => {}
        () = push(&relay, gateway, args.push_every) => {}
        () = show(&relay) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    if let Some(server) = server {
        server.shutdown();
    }
    Ok(())
}

async fn push(relay: &Relay, gateway: Option<Gateway>, every: Duration) {
    let Some(gateway) = gateway else { return std::future::pending().await };
    let mut failing = false;
    loop {
        tokio::time::sleep(every).await;
        let outcome = gateway.push(relay.registry()).await;
        match &outcome {
            Ok(()) if failing => eprintln!("push: the gateway takes it again"),
            Err(error) if !failing => eprintln!("push: {error}; trying on every {every:?}"),
            _ => {}
        }
        failing = outcome.is_err();
    }
}

/// A line for each device, for ever: written anew on a terminal, otherwise when there is news.
async fn show(relay: &Relay) {
    let terminal = stderr().is_terminal();
    let width = tcgetwinsize(stderr()).map_or(80, |size| usize::from(size.ws_col).max(20)) - 1;
    let mut before: Vec<Status> = Vec::new();
    loop {
        let now = relay.status();
        let mut text = String::new();
        if terminal {
            if !before.is_empty() {
                text += &format!("\x1b[{}A\x1b[J", before.len());
            }
            now.iter().for_each(|status| text += &format!("{:.width$}\n", live(status)));
        } else {
            for (number, status) in now.iter().enumerate() {
                news(before.get(number), status)
                    .iter()
                    .for_each(|line| text += &format!("{}: {line}\n", status.device));
            }
        }
        let _ = stderr().write_all(text.as_bytes());
        before = now;
        tokio::time::sleep(REFRESH).await;
    }
}

fn live(status: &Status) -> String {
    let age = status.age.map_or("never heard".into(), |age| format!("{:.0} s ago", age.as_secs_f64()));
    let state = if status.up { "up" } else { "silent" };
    let error = status.last_error.as_deref().unwrap_or_default();
    format!(
        "{:16} {state:6} {age:>12}  {:5} series  {:6} snapshots  {:5} errors  {error}",
        status.device, status.series, status.snapshots, status.errors
    )
}

/// What has changed about a device. Errors are told once a second at the most.
fn news(before: Option<&Status>, now: &Status) -> Vec<String> {
    let mut news = Vec::new();
    if before.is_some_and(|before| before.up != now.up) || (before.is_none() && now.up) {
        news.push(if now.up {
            format!("up, {} series", now.series)
        } else {
            "silent; its series are taken out".into()
        });
    }
    let errors = now.errors - before.map_or(0, |before| before.errors);
    if let (1.., Some(last)) = (errors, &now.last_error) {
        let more = if errors > 1 { format!(" (and {} errors more)", errors - 1) } else { String::new() };
        news.push(format!("{last}{more}"));
    }
    news
}
