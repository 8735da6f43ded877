#![no_std]
#![no_main]

features::metric!(#[metrics(labels("method", "status"))] Family<[&'static str; 2], Counter, 8>, Family<[&'static str; 2], Counter, 8>, |more| more.get([black_box("GET"), "200"]).inc());
