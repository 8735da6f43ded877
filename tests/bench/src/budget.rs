//! The budgets, and whether they are met.

use crate::library::{PEERS, UNSOUND_LOOK_UP};

/// What is compared.
#[derive(Clone, Copy)]
pub struct Budget {
    /// At most this multiple of the floor.
    pub floor: Option<f64>,
    /// At most this many bytes or allocations.
    pub most: Option<f64>,
    /// At most this multiple of each peer.
    pub peers: Option<f64>,
    /// Peers that are no target.
    pub except: &'static str,
}

pub const NONE: Budget = Budget { floor: None, most: None, peers: None, except: "" };
pub const FASTER: Option<f64> = Some(1.0);
/// What differs from one run to the next between equals.
pub const AS_FAST: Option<f64> = Some(1.05);
pub const LOOK_UP: Budget = Budget { peers: FASTER, except: UNSOUND_LOOK_UP, ..NONE };
pub const OBSERVE: Budget = Budget { floor: Some(1.2), peers: FASTER, ..NONE };
pub const TEXT: Budget = Budget { floor: Some(2.0), ..NONE };
pub const PROTOBUF: Budget = Budget { peers: FASTER, ..NONE };
pub const SCRAPE: Budget = Budget { floor: Some(2.0), peers: FASTER, ..NONE };
/// As many series as there may be take hardly longer each, but for what the floor's take longer.
pub const FLAT: Budget = Budget { floor: Some(1.3), ..NONE };
/// Some for each part of a page, and none for a series.
pub const NO_MORE: Budget = Budget { most: Some(0.01), ..NONE };
/// Kilobytes of what is sent at a time; a page of the text has 6,500.
pub const PART: Budget = Budget { most: Some(1_000.0), ..NONE };
pub const NOISE: Budget = Budget { floor: Some(1.1), ..NONE };
pub const MEMORY: Budget = Budget { peers: FASTER, ..NONE };

/// What narthex takes, and as a multiple of what each other takes, the floor first.
pub struct Outcome {
    pub narthex: f64,
    pub ratios: Vec<Option<f64>>,
}

pub fn print_head() {
    println!("What narthex takes, and how many times as much as the others: below 1.00 it takes less.\n");
    print!("{:28} {:>12} {:>13}", "", "narthex", "floor");
    PEERS.iter().for_each(|peer| print!(" {:>18}", peer.name()));
    println!("  budget");
}

impl Outcome {
    pub fn print(&self, name: &str, unit: &str, budget: &Budget) {
        print!("{name:28} {:>9.2} {unit:2}", self.narthex);
        let widths = std::iter::once(13).chain([18; PEERS.len()]);
        for (ratio, width) in self.ratios.iter().zip(widths) {
            print!(" {:>width$}", ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")));
        }
        println!("  {}", self.verdict(budget));
    }

    fn verdict(&self, budget: &Budget) -> String {
        let mut wanted = Vec::new();
        let mut missed = Vec::new();
        let mut judge = |what: &str, value: f64, most: f64| {
            if value > most {
                missed.push(format!("{what} {value:.2}"));
            }
        };
        if let Some(most) = budget.most {
            wanted.push(format!("at most {most}"));
            judge("narthex", self.narthex, most);
        }
        let mut ratios = self.ratios.iter();
        let floor = ratios.next().copied().flatten();
        if let Some(most) = budget.floor {
            wanted.push(format!("floor {most}"));
            judge("floor", floor.unwrap_or(f64::NAN), most);
        }
        if let Some(most) = budget.peers {
            wanted.push(format!("peers {most}"));
            for (peer, ratio) in PEERS.iter().zip(ratios).filter(|(peer, _)| peer.name() != budget.except) {
                judge(peer.name(), ratio.unwrap_or(0.0), most);
            }
        }
        if wanted.is_empty() {
            return "none".into();
        }
        let missed = if missed.is_empty() { "met".to_owned() } else { format!("NOT met: {}", missed.join(", ")) };
        format!("{}: {missed}", wanted.join(", "))
    }
}
