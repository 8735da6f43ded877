#![no_std]
#![no_main]

features::metric!(Table<Side, Counter>, Table<Side, Counter>, |more| more.get(black_box(Side::Left)).inc());
