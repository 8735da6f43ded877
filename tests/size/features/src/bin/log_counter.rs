#![no_std]
#![no_main]

features::log!(|group| defmt::info!("{}", group.requests));
