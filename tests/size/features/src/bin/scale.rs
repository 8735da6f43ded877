#![no_std]
#![no_main]

features::metric!(
    #[metrics(unit = "seconds", scale = -3)]
    Counter,
    Counter,
    |more| more.inc()
);
