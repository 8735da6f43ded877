#![no_std]
#![no_main]

features::metric!(Counter, Counter, |more| more.inc());
