//! What the servers do, as `http-embassy` counts it.

embeprom::metrics! {
    /// Connections to the server, by what became of them.
    #[labels("outcome")]
    http_requests_total: CounterVec<5>,
}
