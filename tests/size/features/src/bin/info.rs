#![no_std]
#![no_main]

features::metric!(#[metrics(labels("version"))] Info<[&'static str; 1], 16>, Info<[&'static str; 1], 16>, |more| { let _ = more.set([black_box("1.4.2")]); });
