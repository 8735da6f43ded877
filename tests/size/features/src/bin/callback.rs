#![no_std]
#![no_main]

features::metric!(#[metrics(callback = features::sensor)] GaugeFn<u32>, GaugeFn<u32>, |more| _ = more);
