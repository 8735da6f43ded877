//! Pages in zstd, unpacked by the library of its inventors.

mod client;

use client::get;
use narthex::encode::Text;
use narthex::{HttpOptions, Registry, generate_latest};
use std::net::SocketAddr;

#[test]
fn readers_who_like_it_get_zstd() {
    let registry = Registry::new();
    let family = registry.counter("requests_total", "Requests.").labels(["path"]).register().unwrap();
    (0..20_000).for_each(|n| family.get([&format!("/{n}")]).inc_by(n));
    let page = generate_latest(&registry, Text);
    let loopback: SocketAddr = "127.0.0.1:0".parse().unwrap();
    for options in [HttpOptions::new(), HttpOptions::new().share_scrapes(true)] {
        let server = options.zstd().zstd().start(loopback, registry.clone()).unwrap();
        for (accept, coding) in [
            ("zstd", Some("zstd")),
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, zstd;q=0.9", Some("gzip")),
            ("zstd;q=0", None),
            ("identity", None),
        ] {
            let reply = get(server.local_addr(), "/metrics", &format!("Accept-Encoding: {accept}\r\n"));
            assert_eq!((reply.status, reply.header("content-encoding")), (200, coding), "{accept}");
            assert_eq!(reply.header("vary"), Some("Accept, Accept-Encoding"));
            let text = match coding {
                Some("zstd") => String::from_utf8(zstd::decode_all(&*reply.body).unwrap()).unwrap(),
                _ => reply.text(),
            };
            assert!(text == page, "{accept}: {} bytes, not {}", text.len(), page.len());
            assert!(coding.is_none() || reply.body.len() < page.len() / 5, "{accept}: {} bytes", reply.body.len());
        }
    }
    let long = format!("{}zstd;q=0.1", "gzip;q=0, ".repeat(1000));
    let server = HttpOptions::new().zstd().start(loopback, Registry::new()).unwrap();
    for (accept, coding) in [
        (",,;;=,\"zstd", None),
        ("zstd;q=-1, gzip;q=NaN", None),
        ("zstd;q=1e9", None),
        ("zstd;q=0.0001", None),
        ("identity;q=0, *;q=0", None),
        ("\u{fffd}\u{fffd}, ZSTD", Some("zstd")),
        ("zstd\r\nAccept-Encoding: gzip;q=0.5", Some("zstd")),
        (&long, Some("zstd")),
    ] {
        let reply = get(server.local_addr(), "/metrics", &format!("Accept-Encoding: {accept}\r\n"));
        assert_eq!((reply.status, reply.header("content-encoding")), (200, coding), "{accept}");
    }
    let plain = HttpOptions::new().start(loopback, registry).unwrap();
    assert_eq!(get(plain.local_addr(), "/metrics", "Accept-Encoding: zstd\r\n").header("content-encoding"), None);
}
