//! Boards push to a real Pushgateway, and outlive gateways that misbehave.

mod board;
mod server;

use board::{Board, board, value};
use narthex_tests::network::FIRMWARE;
use narthex_tests::size::STACK_OF_NETWORK_FIRMWARE;
use server::{free, get, pushgateway, wait_for};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

#[test]
fn what_is_pushed_can_be_read_back() {
    for firmware in FIRMWARE.iter().filter(|firmware| firmware.pushes) {
        let addr = free();
        let gateway = pushgateway(addr);
        let board = board(firmware, Some(addr.port()));

        // a first push may come before the first acknowledgement
        let first = wait_for("an observation", || match observations(addr) {
            0.0 => Err("none yet".into()),
            some => Ok(some),
        });
        let pushed = get(addr, "/metrics", "").unwrap();
        let page = get(board.addr, "/metrics", "").unwrap();
        assert!(first <= value(&page, "radio_ack_latency_seconds_count"));
        let missing: Vec<_> = names(&page).difference(&names(&pushed)).map(|name| name.to_string()).collect();
        assert!(missing.is_empty(), "not pushed: {missing:?}");
        wait_for("another push", || match observations(addr) {
            later if later > first => Ok(()),
            _ => Err("the gateway has what it had".into()),
        });
        assert!(outcomes(&board, "accepted") >= 1.0);

        let stack = board.running.emulator.stack_high_water(&board.running.elf).unwrap();
        assert!(stack <= STACK_OF_NETWORK_FIRMWARE, "pushing takes {stack} bytes of stack");

        drop(gateway);
        wait_for_outcome(&board, "unreachable");
        for (outcome, answer) in [("cut_off", None), ("rejected", Some("HTTP/1.1 400 Bad Request\r\n\r\n"))] {
            let bad = TcpListener::bind(addr).unwrap();
            let (mut stream, _) = bad.accept().unwrap();
            if let Some(answer) = answer {
                let _ = stream.read(&mut [0; 64]);
                stream.write_all(answer.as_bytes()).unwrap();
            }
            drop(stream);
            wait_for_outcome(&board, outcome);
        }
        let silent = TcpListener::bind(addr).unwrap();
        wait_for_outcome(&board, "timed_out");
        drop(silent);

        let accepted = outcomes(&board, "accepted");
        let _gateway = pushgateway(addr);
        assert!(observations(addr) > first);
        wait_for("the board's count", || match outcomes(&board, "accepted") {
            more if more > accepted => Ok(()),
            same => Err(format!("{same} pushes are accepted")),
        });
    }
}

/// A count that the interrupt storm makes, as the gateway has it; waits until there is one.
fn observations(gateway: SocketAddr) -> f64 {
    let series = "radio_ack_latency_seconds_count{instance=\"lm3s6965evb\",job=\"narthex\"}";
    wait_for("a push", || {
        let page = get(gateway, "/metrics", "")?;
        if page.contains(series) {
            Ok(value(&page, series))
        } else {
            Err("the gateway has no group of the board".into())
        }
    })
}

/// The names of the samples on a page.
fn names(page: &str) -> BTreeSet<&str> {
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.split(['{', ' ']).next().unwrap()).collect()
}

fn outcomes(board: &Board, outcome: &str) -> f64 {
    let page = get(board.addr, "/metrics", "").unwrap(); // whatever becomes of a push, the board is scraped
    value(&page, &format!("pushes_total{{outcome=\"{outcome}\"}}"))
}

fn wait_for_outcome(board: &Board, outcome: &str) {
    wait_for(outcome, || if outcomes(board, outcome) > 0.0 { Ok(()) } else { Err("none is counted".into()) });
}
