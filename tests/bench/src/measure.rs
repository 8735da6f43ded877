//! How long work takes, beside other work: a machine that others use as well is now slow, now fast, so that only what was
//! measured within a moment is compared.

use crate::library::Work;
use anyhow::{Context, Result};
use rustix::process::getpid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub struct Measuring {
    pub rounds: usize,
    /// How long each work goes on in a round.
    pub section: Duration,
    /// After this time and [`ENOUGH`] rounds, no other begins: a page of many series takes longer than a section.
    pub longest: Duration,
}

/// Rounds in which the threads had less of their processors are left out, unless too few would stay.
const SHARE: f64 = 0.9;
const ENOUGH: usize = 5;

/// The shortest counts, so that no pause of the machine's is taken for work.
const TRIES: usize = 5;
/// Beyond this many sections, twice, it is work.
const SURELY_WORK: u32 = 5;

#[derive(Clone, Copy)]
pub enum Clock {
    /// What one thread has of a processor.
    Processor,
    /// From start to end, for so many threads at once.
    Wall(usize),
    /// From start to end, for one thread, which may have to wait: that is work, too.
    Elapsed,
}

#[derive(Clone, Copy)]
struct Time {
    /// Nanoseconds for each time that the work was done.
    each: f64,
    /// How much of the time the threads had a processor.
    share: f64,
}

/// What each work took in the median, in nanoseconds, and by how much the first took longer than each: the median over
/// rounds of the ratio in one round.
pub fn compare(work: &[Work], clock: Clock, how: &Measuring) -> Result<Vec<(f64, f64)>> {
    compare_after(work, clock, how, |_| ())
}

/// The same, after what is to be done before the nth work.
pub fn compare_after(work: &[Work], clock: Clock, how: &Measuring, before: impl Fn(usize)) -> Result<Vec<(f64, f64)>> {
    let calibrate = |(at, work)| {
        before(at);
        calibrate(work, clock, how.section)
    };
    let times: Vec<u64> = work.iter().enumerate().map(calibrate).collect::<Result<_>>()?;
    let mut rounds = Vec::new();
    let start = Instant::now();
    for round in 0..how.rounds {
        if round >= ENOUGH && start.elapsed() > how.longest {
            break;
        }
        let mut measured = vec![None; work.len()];
        for at in (0..work.len()).map(|at| (at + round) % work.len()) {
            before(at);
            measured[at] = Some(time(&work[at], clock, times[at])?);
        }
        rounds.push(measured.into_iter().collect::<Option<Vec<Time>>>().context("a work was left out")?);
    }
    let pairs = |at: usize| {
        let all = rounds.iter().map(move |round| (round[0], round[at]));
        let undisturbed: Vec<_> =
            all.clone().filter(|(first, other)| first.share > SHARE && other.share > SHARE).collect();
        if undisturbed.len() < ENOUGH { all.collect() } else { undisturbed }
    };
    Ok((0..work.len())
        .map(|at| {
            let pairs = pairs(at);
            let each = pairs.iter().map(|(_, other)| other.each).collect();
            (median(each), median(pairs.iter().map(|(first, other)| first.each / other.each).collect()))
        })
        .collect())
}

/// How often the work is done in this time.
fn calibrate(work: &Work, clock: Clock, section: Duration) -> Result<u64> {
    let mut times = 1;
    loop {
        let mut took = Duration::MAX;
        for nth in 1..=TRIES {
            took = took.min(Duration::from_nanos((time(work, clock, times)?.each * times as f64) as u64));
            if nth > 1 && took > SURELY_WORK * section {
                break;
            }
        }
        if took >= section / 4 {
            return Ok((times as f64 * section.as_secs_f64() / took.as_secs_f64()) as u64 + 1);
        }
        times *= 4;
    }
}

fn time(work: &Work, clock: Clock, times: u64) -> Result<Time> {
    let threads = match clock {
        Clock::Wall(threads) => threads,
        Clock::Elapsed => 1,
        Clock::Processor => {
            let start = processor_time();
            work(0, times);
            return Ok(Time { each: (processor_time() - start).as_nanos() as f64 / times as f64, share: 1.0 });
        }
    };
    let ready = AtomicUsize::new(0);
    let spans = std::thread::scope(|scope| {
        let run = |thread| {
            let ready = &ready;
            move || {
                stay_on(thread)?;
                ready.fetch_add(1, Ordering::AcqRel);
                while ready.load(Ordering::Acquire) < threads {
                    std::hint::spin_loop();
                }
                let start = (Instant::now(), processor_time());
                work(thread, times);
                anyhow::Ok((start.0, Instant::now(), processor_time() - start.1))
            }
        };
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(run(thread))).collect();
        running.into_iter().map(|thread| thread.join().ok().context("a work panicked")?).collect::<Result<Vec<_>>>()
    })?;
    let start = spans.iter().map(|span| span.0).min().context("no threads")?;
    let end = spans.iter().map(|span| span.1).max().context("no threads")?;
    let had: Duration = spans.iter().map(|span| span.2).sum();
    let took = (end - start).as_secs_f64();
    let share = if matches!(clock, Clock::Elapsed) { 1.0 } else { had.as_secs_f64() / (took * threads as f64) };
    Ok(Time { each: took * 1e9 / times as f64, share })
}

/// Two threads on one processor would take turns.
pub fn stay_on(nth: usize) -> Result<()> {
    // of the first thread: others inherit where they have to stay
    let allowed = sched_getaffinity(Some(getpid()))?;
    let processor = (0..CpuSet::MAX_CPU).filter(|at| allowed.is_set(*at)).nth(nth);
    let mut only = CpuSet::new();
    only.set(processor.context("two threads need two processors")?);
    Ok(sched_setaffinity(None, &only)?)
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}
