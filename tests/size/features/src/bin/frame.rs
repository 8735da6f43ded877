#![no_std]
#![no_main]

features::page_by!(|group, out| Framer::new().snapshot(group, out));
