//! What the relay says on stderr: a line for each device on a terminal, otherwise what is new.

use narthex::relay::{Relay, Status};
use std::cell::RefCell;
use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

/// How often the lines on a terminal are written anew, and the log looks for news.
const REFRESH: Duration = Duration::from_secs(1);

/// Shows the devices, and the trouble with the gateway, for ever.
pub async fn show(relay: &Relay, trouble: &RefCell<Option<String>>) {
    let terminal = stderr().is_terminal();
    let (mut live, mut log) = (Live { lines: 0 }, Log::default());
    loop {
        let (devices, push) = (relay.status(), trouble.borrow().clone());
        let text = if terminal { live.text(&devices, push, size()) } else { log.text(devices, push) };
        let _ = stderr().write_all(text.as_bytes());
        tokio::time::sleep(REFRESH).await;
    }
}

/// Columns and rows of the terminal.
fn size() -> (usize, usize) {
    match rustix::termios::tcgetwinsize(stderr()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
        _ => (80, 24), // a terminal that does not say
    }
}

/// Lines that are written over again.
struct Live {
    /// How many there are on the terminal.
    lines: usize,
}

impl Live {
    fn text(&mut self, devices: &[Status], push: Option<String>, (columns, rows): (usize, usize)) -> String {
        let mut lines: Vec<String> = push.into_iter().map(|trouble| format!("push: {trouble}")).collect();
        let room = rows.saturating_sub(2 + lines.len()).max(1);
        if devices.len() <= room {
            lines.extend(devices.iter().map(line));
        } else {
            let mut silent_first: Vec<&Status> = devices.iter().collect();
            silent_first.sort_by_key(|status| status.up);
            lines.extend(silent_first.into_iter().take(room - 1).map(line));
            let up = devices.iter().filter(|status| status.up).count();
            lines.push(format!("… {} devices in all, {up} of them up", devices.len()));
        }
        let mut text = if self.lines > 0 { format!("\x1b[{}A\x1b[J", self.lines) } else { String::new() };
        lines.iter().for_each(|line| text += &format!("{line:.columns$}\n"));
        self.lines = lines.len();
        text
    }
}

fn line(status: &Status) -> String {
    let age = status.age.map_or("never heard".into(), |age| format!("{:.0} s ago", age.as_secs_f64()));
    let state = if status.up { "up" } else { "silent" };
    let error = status.last_error.as_deref().unwrap_or_default();
    let Status { device, series, frames, errors, .. } = status;
    format!("{device:16} {state:6} {age:>11} {series:5} series {frames:7} frames {errors:5} errors  {error}")
}

/// What was said already.
#[derive(Default)]
struct Log {
    devices: Vec<Status>,
    push: Option<String>,
}

impl Log {
    fn text(&mut self, devices: Vec<Status>, push: Option<String>) -> String {
        let mut text = String::new();
        for (number, status) in devices.iter().enumerate() {
            let news = news(self.devices.get(number), status);
            news.iter().for_each(|line| text += &format!("{}: {line}\n", status.device));
        }
        if push != self.push {
            text += &match &push {
                Some(trouble) => format!("push: {trouble}\n"),
                None => "push: the gateway takes it again\n".into(),
            };
        }
        *self = Self { devices, push };
        text
    }
}

/// What has changed about a device. Of errors only the last is told.
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
        let more = if errors > 1 { format!(" (and {} more errors)", errors - 1) } else { String::new() };
        news.push(format!("{last}{more}"));
    }
    news
}
