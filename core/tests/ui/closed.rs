use narthex_core::{ClosedLabels, LabelSet};

#[derive(Clone, Copy, ClosedLabels)]
enum Empty {}

#[derive(Clone, Copy, ClosedLabels)]
enum Data {
    Get,
    Other(u8),
}

#[derive(Clone, Copy, ClosedLabels)]
enum Twice {
    Get,
    #[metrics(value = "get")]
    Fetch,
}

#[derive(ClosedLabels)]
enum Moved {
    Get,
}

#[derive(Clone, Copy, ClosedLabels)]
struct Open {
    path: &'static str,
}

#[derive(Clone, Copy, ClosedLabels)]
struct Tuple(bool, bool);

#[derive(LabelSet)]
struct Float {
    ratio: f32,
}

#[derive(LabelSet)]
struct None {}

#[derive(LabelSet)]
enum Method {
    Get,
}

#[derive(LabelSet)]
struct Two<'a, 'b> {
    first: &'a str,
    second: &'b str,
}

fn main() {}
