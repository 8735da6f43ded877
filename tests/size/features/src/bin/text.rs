#![no_std]
#![no_main]

features::page_by!(|group, out| encode::text(group, out));
