use super::*;
use crate::collect::Collect;
use crate::encode::tests::{details::Detailed, fixture::Everything};
use crate::encode::{Cursor, Protobuf};
use std::format;
use std::string::String;
use std::vec::Vec;

#[test]
fn varints() {
    for (value, bytes) in [(0, &[0][..]), (127, &[127]), (128, &[128, 1]), (300, &[0xAC, 2])] {
        let (varint, size) = varint(value);
        assert_eq!(&varint[..size], bytes);
    }
    assert_eq!(varint(u64::MAX), ([255, 255, 255, 255, 255, 255, 255, 255, 255, 1], 10));
}

fn page(metrics: &dyn Collect, size: usize) -> Option<Vec<u8>> {
    let (mut cursor, mut page, mut buffer) = (Cursor::<Protobuf>::new(), Vec::new(), std::vec![0; size]);
    loop {
        match cursor.fill(metrics, &mut buffer).ok()? {
            0 => return Some(page),
            filled => page.extend_from_slice(&buffer[..filled]),
        }
    }
}

fn read_varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (byte, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

fn take<'a>(bytes: &mut &'a [u8], len: u64) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(usize::try_from(len).unwrap());
    *bytes = rest;
    taken
}

/// The fields of a message, by their numbers: `nested` says which are messages, by the path to them.
fn read(mut bytes: &[u8], path: &str, text: &mut String) {
    const MESSAGES: [&str; 15] = [
        "/4", "/4/1", "/4/2", "/4/3", "/4/3/2", "/4/3/2/1", "/4/3/2/3", "/4/3/3", "/4/4", "/4/4/4", "/4/5", "/4/7",
        "/4/7/3", "/4/7/3/3", "/4/7/15",
    ];
    while !bytes.is_empty() {
        let tag = read_varint(&mut bytes);
        let path = format!("{path}/{}", tag >> 3);
        let field = tag >> 3;
        match tag & 7 {
            0 => *text += &format!(" {field}:{}", read_varint(&mut bytes) as i64),
            1 => *text += &format!(" {field}:{:?}", f64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
            2 => {
                let len = read_varint(&mut bytes);
                let content = take(&mut bytes, len);
                if MESSAGES.contains(&&*path) || path.starts_with("/4/7/3/3/") && !path.starts_with("/4/7/3/3/1/") {
                    *text += &format!(" {field}{{");
                    read(content, &path, text);
                    *text += " }";
                } else {
                    *text += &format!(" {field}:{:?}", core::str::from_utf8(content).unwrap());
                }
            }
            other => panic!("field {path} has encoding {other}"),
        }
    }
}

fn families(mut page: &[u8]) -> Vec<String> {
    let mut families = Vec::new();
    while !page.is_empty() {
        let len = read_varint(&mut page);
        let mut text = String::new();
        read(take(&mut page, len), "", &mut text);
        families.push(text.trim().into());
    }
    families
}

#[test]
fn every_kind() {
    let families = families(&page(&Everything::filled(), 8192).unwrap());
    assert_eq!(
        families,
        [
            r#"1:"sent_total" 2:"Sent \\ all\n\"frames\"." 3:0 4{ 3{ 1:1.8446744073709552e19 } }"#,
            r#"1:"rssi_dbm" 2:"Signal." 3:1 5:"dbm" 4{ 2{ 1:-71.0 } }"#,
            r#"1:"ratio" 3:1 4{ 2{ 1:0.1 } }"#,
            r#"1:"requests_total" 2:"Requests." 3:0 4{ 1{ 1:"path" 2:"/\\\n\"é" } 1{ 1:"status" 2:"200" } 3{ 1:1.0 } } 4{ 1{ 1:"path" 2:"/" } 1{ 1:"status" 2:"500" } 3{ 1:7.0 } }"#,
            r#"1:"latency_seconds" 2:"Latency." 3:4 5:"seconds" 4{ 7{ 1:4 2:0.0053 3{ 1:2 2:0.0001 } 3{ 1:3 2:0.001 } } }"#,
            r#"1:"offset" 2:"Offset." 3:4 4{ 7{ 1:2 2:-0.75 3{ 1:1 2:-0.5 } 3{ 1:1 2:0.0 } 3{ 1:2 2:2.5 } } }"#,
            r#"1:"payload" 2:"Payload." 3:2 4{ 4{ 1:1 2:1500.0 } }"#,
            r#"1:"build_info" 2:"Build." 3:1 4{ 1{ 1:"version" 2:"1.0\"rc" } 2{ 1:1.0 } }"#,
            r#"1:"up" 2:"Up." 3:1 4{ 1{ 1:"up" 2:"false" } 2{ 1:0.0 } } 4{ 1{ 1:"up" 2:"true" } 2{ 1:1.0 } }"#,
        ]
    );
}

#[test]
fn details() {
    let trace = r#"1{ 1:"trace_id" 2:"4bf\"92" } 1{ 1:"q" 2:"a\\b\nc" } 2:1.5 3{ 1:1520879607 2:789000000 }"#;
    let labels = r#"1{ 1:"method" 2:"GET" }"#;
    let created = "1:1520430000 2:123000000";
    assert_eq!(
        families(&page(&Detailed, 4096).unwrap())[..4],
        [
            format!("1:\"sent_total\" 3:0 4{{ {labels} 3{{ 1:0.003 2{{ {trace} }} 3{{ {created} }} }} }}"),
            format!("1:\"depth\" 3:1 4{{ {labels} 2{{ 1:0.004 }} 6:12000 }}"),
            format!(
                "1:\"wait\" 3:4 4{{ {labels} 7{{ 1:2 2:0.009 3{{ 1:1 2:0.01 3{{ {trace} }} }} 3{{ 1:1 2:0.02 }} \
                 3{{ 1:2 2:inf 3{{ 2:0.007 }} }} 15{{ {created} }} }} 6:12000 }}"
            ),
            format!("1:\"size\" 3:2 4{{ {labels} 4{{ 1:2 2:0.009 4{{ {created} }} }} }}"),
        ]
    );
}

#[test]
fn a_family_in_several_buffers_is_several_messages() {
    let all = Everything::filled();
    let whole = families(&page(&all, 8192).unwrap()).len();
    let step = if cfg!(miri) { 47 } else { 1 };
    let mut sizes = (60..600).step_by(step).filter_map(|size| Some((size, families(&page(&all, size)?))));
    let (smallest, parts) = sizes.next().unwrap();
    assert!(parts.len() > whole, "{smallest}");
    for (size, parts) in sizes {
        let metrics = parts.iter().map(|family| family.matches(" 4{ 2{").count() + family.matches("3{ 1:7.0").count());
        assert!(metrics.sum::<usize>() >= 3 && parts.len() >= whole, "{size}");
        assert_eq!(parts.iter().filter(|family| family.starts_with("1:\"up\"")).count(), 1, "{size}");
    }
}
