//! What the network does, as `http-smoltcp` counts it.

embeprom::metrics! {
    /// Connections to the server, by what became of them.
    #[labels("outcome")]
    http_requests_total: CounterVec<10>,
    /// Attempts to push to the gateway, by what became of them.
    #[labels("outcome")]
    pushes_total: CounterVec<6>,
}
