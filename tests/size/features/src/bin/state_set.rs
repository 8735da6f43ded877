#![no_std]
#![no_main]

features::metric!(StateSet<Side>, StateSet<Side>, |more| more.set(black_box(Side::Left)));
