//! The examples that are whole services: they answer, measure that, and expose it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Service {
    process: Child,
    addr: String,
}

impl Service {
    fn start(example: &str) -> Self {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["run", "--quiet", "--package", "narthex", "--example", example, "--", "127.0.0.1:0"]);
        let mut process = cargo.stdout(Stdio::piped()).spawn().unwrap(); // cargo becomes the example
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr =
            line.strip_prefix("http://").and_then(|rest| rest.split('/').next()).expect("it says where").to_owned();
        Self { process, addr }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn services_measure_their_requests_and_are_scraped() {
    for (example, path) in [("axum", "/hello/world"), ("hyper", "/world")] {
        let service = Service::start(example);
        for _ in 0..2 {
            assert!(service.get(path).ends_with("\r\n\r\nHello, world!\n"), "{example}");
        }
        let page = service.get("/metrics");
        let line = "\nhttp_requests_total{method=\"GET\",code=\"200\"} 2\n";
        assert!(page.contains("200 OK\r\n") && page.contains(line), "{example}: {page}");
        assert!(page.contains("\nhttp_request_duration_seconds_count{method=\"GET\",code=\"200\"} 2\n"), "{page}");
    }
}
