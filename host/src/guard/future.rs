use super::errors::CountErrors;
use super::inprogress::{TrackInprogress, Tracking};
use super::timer::{DurationTimer, ObserveDuration, Stopwatch};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Measures futures, in any runtime, without a box.
///
/// What is measured begins when the future is first polled, because before that nothing is done. It ends when the future
/// is ready, unwinds, or is *dropped half-way*, by a time-out say: then the time until that is observed too, because
/// latencies without the requests that were given up would look better than they are. A future that was never polled
/// leaves no trace.
///
/// The metric can be borrowed or given away: `&latency`, or the [`Handle`](crate::Handle) itself for a future that is
/// spawned. The future is `Send` if both are.
///
/// ```
/// use narthex::FutureMetrics;
///
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     let mut future = std::pin::pin!(future);
/// #     loop {
/// #         let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #         if let std::task::Poll::Ready(ready) = future.as_mut().poll(&mut context) { return ready }
/// #     }
/// # }
/// # fn main() -> Result<(), narthex::Error> {
/// # let registry = narthex::Registry::new();
/// # let latency = registry.histogram("fetch_seconds", "Time to fetch.").labels(["site"]).register()?;
/// # let running = registry.gauge("fetches_running", "Fetches.").register()?;
/// # let failed = registry.counter("fetches_failed_total", "Failed.").register()?;
/// async fn fetch() -> Result<String, std::io::Error> {
///     // ...
/// #   Err(std::io::ErrorKind::TimedOut.into())
/// }
///
/// # block_on(async {
/// let page = fetch().timed(latency.get(["home"])).track_inprogress(&running).count_errors(&failed).await;
/// # });
/// assert_eq!((latency.get(["home"]).count(), running.value(), failed.value()), (1, 0, 1));
/// # Ok(())
/// # }
/// ```
pub trait FutureMetrics: Future + Sized {
    /// Has `metric` observe how long the future takes, waiting included.
    fn timed<M: ObserveDuration>(self, metric: M) -> Timed<Self, M> {
        Timed { future: self, metric: Some(metric), timer: None }
    }

    /// Counts as one in `gauge` as long as the future goes on.
    fn track_inprogress<G: TrackInprogress>(self, gauge: G) -> Tracked<Self, G> {
        Tracked { future: self, gauge: Some(gauge), tracking: None }
    }

    /// Counts an `Err`.
    fn count_errors<T, E, C: CountErrors>(self, counter: C) -> ErrorsCounted<Self, C, fn(&E) -> bool>
    where
        Self: Future<Output = Result<T, E>>,
    {
        self.count_errors_where(counter, |_| true)
    }

    /// Counts an `Err` that `counts` accepts.
    fn count_errors_where<T, E, C: CountErrors, P: FnMut(&E) -> bool>(
        self,
        counter: C,
        counts: P,
    ) -> ErrorsCounted<Self, C, P>
    where
        Self: Future<Output = Result<T, E>>,
    {
        ErrorsCounted { future: self, counter, counts }
    }

    /// Counts a panic, which goes on.
    fn count_panics<C: CountErrors>(self, counter: C) -> PanicsCounted<Self, C> {
        PanicsCounted { future: self, counter }
    }
}

impl<F: Future> FutureMetrics for F {}

pin_project! {
    /// A future of [`FutureMetrics::timed`].
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Timed<F, M: ObserveDuration> {
        #[pin]
        future: F,
        metric: Option<M>,
        timer: Option<DurationTimer<M>>,
    }
}

impl<F: Future, M: ObserveDuration> Future for Timed<F, M> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Some(metric) = this.metric.take() {
            *this.timer = Some(Stopwatch::start().bind(metric));
        }
        let answer = this.future.poll(context);
        if answer.is_ready() {
            *this.timer = None;
        }
        answer
    }
}

pin_project! {
    /// A future of [`FutureMetrics::track_inprogress`].
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Tracked<F, G: TrackInprogress> {
        #[pin]
        future: F,
        gauge: Option<G>,
        tracking: Option<Tracking<G>>,
    }
}

impl<F: Future, G: TrackInprogress> Future for Tracked<F, G> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Some(gauge) = this.gauge.take() {
            *this.tracking = Some(Tracking::begin(gauge));
        }
        let answer = this.future.poll(context);
        if answer.is_ready() {
            *this.tracking = None;
        }
        answer
    }
}

pin_project! {
    /// A future of [`FutureMetrics::count_errors`].
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct ErrorsCounted<F, C, P> {
        #[pin]
        future: F,
        counter: C,
        counts: P,
    }
}

impl<T, E, F, C, P> Future for ErrorsCounted<F, C, P>
where
    F: Future<Output = Result<T, E>>,
    C: CountErrors,
    P: FnMut(&E) -> bool,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        let this = self.project();
        let answer = this.future.poll(context);
        if let Poll::Ready(Err(error)) = &answer
            && (this.counts)(error)
        {
            this.counter.count_error();
        }
        answer
    }
}

pin_project! {
    /// A future of [`FutureMetrics::count_panics`].
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct PanicsCounted<F, C> {
        #[pin]
        future: F,
        counter: C,
    }
}

impl<F: Future, C: CountErrors> Future for PanicsCounted<F, C> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.counter.count_panics(|| this.future.poll(context))
    }
}
