#![no_std]
#![no_main]

features::metric!(Counter<u32>, Counter<u32>, |more| more.inc());
