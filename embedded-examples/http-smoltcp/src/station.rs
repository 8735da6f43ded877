use crate::card::Card;
use crate::pusher::Pusher;
use crate::server::Server;
use crate::{Node, clock};
use smoltcp::iface::{Config, Interface, PollIngressSingleResult, PollResult, SocketSet, SocketStorage};
use smoltcp::socket::AnySocket;
use smoltcp::socket::tcp::{Socket, SocketBuffer};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, IpCidr, Ipv4Address};
use stellaris::Mac;

/// Ours alone on this network: the second bit of a made-up address is set.
const MAC_ADDRESS: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
/// What QEMU gives to the first board of its network, and the way out of there.
const ADDRESS: Ipv4Address = Ipv4Address::new(10, 0, 2, 15);
const PREFIX: u8 = 24;
const ROUTER: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);

/// Four scrapers at a time, and one that comes while they are served: it would be refused without a socket.
const SERVERS: usize = 5;
/// They, and the one that pushes.
const SOCKETS: usize = SERVERS + 1;

/// What a socket keeps of what it has received. A request is read as it comes.
const RECEIVED: usize = 128;
/// What a socket keeps until it is acknowledged: a segment that fills a frame of 576 bytes.
const SENT: usize = 536;

/// The memory of the sockets.
pub struct Memory {
    received: [[u8; RECEIVED]; SOCKETS],
    sent: [[u8; SENT]; SOCKETS],
}

impl Memory {
    /// Unused, and all zero.
    pub const NEW: Self = Self { received: [[0; RECEIVED]; SOCKETS], sent: [[0; SENT]; SOCKETS] };
}

/// Serves and pushes the metrics of `N` for ever. [`clock::start`] comes first.
pub fn run<N: Node>(memory: &'static mut Memory) -> ! {
    let mut card = Card::new(Mac::new(MAC_ADDRESS));
    let mut config = Config::new(EthernetAddress(MAC_ADDRESS).into());
    config.random_seed = 0x6e61_7274; // a board that others can reach should have one that they cannot guess
    let mut interface = Interface::new(config, &mut card, clock::now());
    interface.update_ip_addrs(|addresses| {
        let _ = addresses.push(IpCidr::new(ADDRESS.into(), PREFIX));
    });
    let _ = interface.routes_mut().add_default_ipv4_route(ROUTER);

    let mut storage = [const { SocketStorage::EMPTY }; SOCKETS];
    let mut sockets = SocketSet::new(&mut storage[..]);
    for (received, sent) in memory.received.iter_mut().zip(&mut memory.sent) {
        let mut socket = Socket::new(SocketBuffer::new(&mut received[..]), SocketBuffer::new(&mut sent[..]));
        socket.set_nagle_enabled(false); // each part is sent at once: the next one waits for its acknowledgement
        sockets.add(socket);
    }
    let mut servers = [const { Server::<N::Page>::Listening }; SERVERS];
    let mut pusher = Pusher::<N::Page>::new();

    let (mut turned, mut turns) = (clock::now(), 0_u32);
    loop {
        let now = clock::now();
        // One frame, and whatever follows from it, before the next: a socket that it frees may serve the next.
        let received = interface.poll_ingress_single(now, &mut card, &mut sockets);
        serve::<N>(&mut servers, &mut sockets, now);
        if let Some(socket) = tcp(&mut sockets).nth(SERVERS)
            && let Some(outcome) = pusher.poll(socket, interface.context(), now)
        {
            N::count_push(outcome);
        }
        let sent = interface.poll_egress(now, &mut card, &mut sockets);
        if turned != now {
            turned = now;
            N::turn(turns);
            turns = turns.wrapping_add(1);
        }
        let idle = received == PollIngressSingleResult::None && sent == PollResult::None;
        if idle && !card.can_receive() {
            cortex_m::asm::wfi(); // until the next tick at the latest
        }
    }
}

fn serve<N: Node>(servers: &mut [Server<N::Page>], sockets: &mut SocketSet, now: Instant) {
    let mut listening = false;
    for (server, socket) in servers.iter_mut().zip(tcp(sockets)) {
        if let Some(outcome) = server.poll(socket, now) {
            N::count_request(outcome);
        }
        listening |= socket.is_listening();
    }
    if !listening {
        let _ = servers.iter_mut().zip(tcp(sockets)).any(|(server, socket)| server.reclaim(socket));
    }
}

/// The sockets, in the order in which they were added.
fn tcp<'a, 's>(sockets: &'a mut SocketSet<'s>) -> impl Iterator<Item = &'a mut Socket<'s>> {
    sockets.iter_mut().filter_map(|(_, socket)| Socket::downcast_mut(socket))
}
