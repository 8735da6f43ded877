#![no_std]
#![no_main]

features::page_by!(|group, out| if black_box(true) {
    encode::text(group, out)
} else {
    encode::openmetrics(group, out)
});
