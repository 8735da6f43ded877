#![no_std]
#![no_main]

features::metric!(#[metrics(buckets(0.01, 0.1, 1.0))] Histogram<First>, Histogram<Second>, |more| more.observe(black_box(0.5)));
