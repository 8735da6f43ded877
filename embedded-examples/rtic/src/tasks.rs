use narthex_core::{ClosedLabels, Counter, Family, Gauge, Histogram, MetricGroup, Table};

/// What the tasks say about themselves. Each priority updates each kind of metric.
#[derive(MetricGroup)]
#[metrics(namespace = "task")]
pub struct Tasks {
    /// Runs by task.
    pub runs: Table<Task, Counter>,
    /// Tasks that have begun and not ended: each may have interrupted the one before.
    pub active: Gauge<i32>,
    /// Priorities at which tasks ran.
    #[metrics(buckets(1, 2))]
    pub priorities: Histogram<Priorities>,
    /// What happened.
    #[metrics(labels("event"))]
    pub events: Family<[&'static str; 1], Counter, 4>,
}

#[derive(Clone, Copy, ClosedLabels)]
pub enum Task {
    Measure,
    Radio,
    Timer,
}

/// Where the cells live. A `static` is no resource: any task may update it, and nothing has to be locked for that.
pub static TASKS: Tasks = Tasks::new();

/// Counts a run of a task.
pub fn begin(task: Task, priority: u32) {
    TASKS.runs.get(task).inc();
    TASKS.priorities.observe(priority);
}
