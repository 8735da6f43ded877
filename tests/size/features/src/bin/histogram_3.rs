#![no_std]
#![no_main]

features::metric!(#[metrics(buckets(10, 100, 1000))] Histogram<First>, Histogram<Second>, |more| more.observe(black_box(70)));
