use crate::Case;
use crate::groups::{Method, Node, Request};
use narthex_core::encode::{Cursor, CursorError, Protobuf};

pub const CASES: &[Case] = &[("protobuf has the same bytes everywhere", protobuf_has_the_same_bytes_everywhere)];

/// What `Node` exposes after a few updates, a line for each family; the host's tests have Go read it.
#[rustfmt::skip]
pub const PAGE: &[u8] = b"\
    \xab\x80\x80\x80\x00\x0a\x11node_frames_total\x12\x07Frames.\x18\x00\"\x0b\x1a\x09\x09\x00\x00\x00\x00\x00\x00\xf0C\
    \xa5\x80\x80\x80\x00\x0a\x0bnode_signal\x12\x07Signal.\x18\x01\"\x0b\x12\x09\x09\x9a\x99\x99\x99\x99\x99\xb9\xbf\
    \xd4\x80\x80\x80\x00\x0a\x14node_latency_seconds\x12\x08Latency.\x18\x04*\x07seconds\"':%\x08\x03\x11[a\xfa^C\x00\x14@\x1a\x0b\x08\x01\x11-C\x1c\xeb\xe26\x1a?\x1a\x0b\x08\x02\x11\xfc\xa9\xf1\xd2MbP?\
    \xa9\x80\x80\x80\x00\x0a\x0cnode_payload\x12\x08Payload.\x18\x02\"\x0d\"\x0b\x08\x01\x11\x00\x00\x00\x00\x00\x00D@\
    \xd6\x81\x80\x80\x00\x0a\x13node_requests_total\x12\x09Requests.\x18\x00\"+\x0a\x0d\x0a\x06method\x12\x03get\x0a\x0f\x0a\x06cached\x12\x05false\x1a\x09\x09\x00\x00\x00\x00\x00\x00\x00\x00\"*\x0a\x0d\x0a\x06method\x12\x03get\x0a\x0e\x0a\x06cached\x12\x04true\x1a\x09\x09\x00\x00\x00\x00\x00\x00\x00\x00\",\x0a\x0e\x0a\x06method\x12\x04post\x0a\x0f\x0a\x06cached\x12\x05false\x1a\x09\x09\x00\x00\x00\x00\x00\x00\x00\x00\"+\x0a\x0e\x0a\x06method\x12\x04post\x0a\x0e\x0a\x06cached\x12\x04true\x1a\x09\x09\x00\x00\x00\x00\x00\xc0r@\
    \xd3\x80\x80\x80\x00\x0a\x09node_link\x12\x05Link.\x18\x01\"\x1d\x0a\x10\x0a\x09node_link\x12\x03get\x12\x09\x09\x00\x00\x00\x00\x00\x00\x00\x00\"\x1e\x0a\x11\x0a\x09node_link\x12\x04post\x12\x09\x09\x00\x00\x00\x00\x00\x00\xf0?\
    \xa9\x80\x80\x80\x00\x0a\x10node_ticks_total\x12\x06Ticks.\x18\x00\"\x0b\x1a\x09\x09\x00\x00\x00\x00\x00\x00pB\
";

fn protobuf_has_the_same_bytes_everywhere() {
    let node = Node::new();
    node.frames.inc_by(u64::MAX);
    node.signal.set(-0.1);
    for latency in [7, 250, 5_000_000] {
        node.latency.observe(latency);
    }
    node.payload.observe(40);
    node.requests.get(Request { method: Method::Post, cached: true }).inc_by(300);
    node.link.set(Method::Post);

    let mut buffer = [0; 1024];
    let filled = Cursor::<Protobuf>::new().fill(&node, &mut buffer).unwrap();
    assert_eq!(&buffer[..filled], PAGE);

    // with room for one sample at a time, each is a message
    let (mut cursor, mut messages, mut room) = (Cursor::<Protobuf>::new(), 0, 1);
    loop {
        match cursor.fill(&node, &mut buffer[..room]) {
            Ok(0) => break,
            Ok(filled) => {
                assert_eq!(filled, room);
                messages += 1;
                room = 1;
            }
            Err(CursorError::BufferTooSmall { needed }) => room = needed,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(messages, 10);
}
