#![no_std]
#![no_main]

features::metric!(#[metrics(buckets(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000))] Histogram<First>, Histogram<Second>, |more| more.observe(black_box(70)));
