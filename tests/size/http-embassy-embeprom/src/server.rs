use crate::connections;
use embassy_executor::task;
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::Duration;
use http_embassy::network::SOCKETS;
use picoserve::io::Write;
use picoserve::response::chunked::{ChunkWriter, ChunkedResponse, Chunks, ChunksWritten};
use picoserve::routing::get;
use picoserve::{Config, Error, Router, Server, Timeouts};

const PORT: u16 = 80;

const PATIENCE: Duration = Duration::from_secs(5);
const CONFIG: Config = Config::new(Timeouts {
    start_read_request: PATIENCE,
    persistent_start_read_request: PATIENCE,
    read_request: PATIENCE,
    write: PATIENCE,
});

const RECEIVED: usize = 128;
const SENT: usize = 320;
const HEAD: usize = 512;
const BUFFER: usize = 512;
/// The longest line of the page has fewer bytes.
const LINE: usize = 128;

#[task(pool_size = SOCKETS)]
pub async fn serve(stack: Stack<'static>) -> ! {
    let app = Router::new().route("/metrics", get(async || ChunkedResponse::new(TextPage)));
    let (mut received, mut sent, mut head) = ([0; RECEIVED], [0; SENT], [0; HEAD]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut received, &mut sent);
        socket.set_timeout(Some(PATIENCE));
        if socket.accept(PORT).await.is_err() {
            continue;
        }
        let outcome = match Server::new(&app, &CONFIG, &mut head).serve(socket).await {
            Ok(connection) if connection.handled_requests_count == 0 => "not_asked",
            Ok(_) => "answered",
            Err(Error::BadRequest) => "bad_request",
            Err(Error::Read(_) | Error::Write(_)) => "disconnected",
            Err(Error::ReadTimeout(_) | Error::WriteTimeout(_)) => "timed_out",
        };
        critical_section::with(|_| connections::get().http_requests_total.inc(&[outcome]));
    }
}

struct TextPage;

impl Chunks for TextPage {
    fn content_type(&self) -> &'static str {
        "text/plain; version=0.0.4; charset=utf-8"
    }

    async fn write_chunks<W: Write>(self, mut writer: ChunkWriter<W>) -> Result<ChunksWritten, W::Error> {
        let mut renderer = embeprom::Renderer::<{ embeprom::MAX_GROUPS }, LINE>::from_global();
        let mut buffer = [0; BUFFER];
        loop {
            let filled = critical_section::with(|_| {
                let mut filled = 0;
                while BUFFER - filled >= LINE {
                    let Ok(Some(line)) = renderer.next_line() else { break };
                    buffer[filled..][..line.len()].copy_from_slice(line.as_bytes());
                    filled += line.len();
                }
                filled
            });
            if filled == 0 {
                return writer.finalize().await;
            }
            writer.write_chunk(&buffer[..filled]).await?;
        }
    }
}
