//! embassy-net on the board's card.

use crate::card::{Card, Frames};
use embassy_executor::{SpawnError, Spawner, task};
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Runner, Stack, StackResources, StaticConfigV4};
use static_cell::ConstStaticCell;

pub use crate::card::on_interrupt;

/// Four scrapers at a time, and one that comes while they are served: it would be refused without a socket.
pub const SOCKETS: usize = 5;

/// Ours alone on this network: the second bit of a made-up address is set.
const MAC_ADDRESS: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
/// What QEMU gives to the first board of its network, and the way out of there.
const ADDRESS: Ipv4Cidr = Ipv4Cidr::new(Ipv4Address::new(10, 0, 2, 15), 24);
const ROUTER: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);

/// Starts the card and a task that moves its frames. The handler of [`stellaris::IRQ`] has to call [`on_interrupt`].
///
/// # Errors
///
/// When there is such a task already.
pub fn start(spawner: Spawner) -> Result<Stack<'static>, SpawnError> {
    static FRAMES: ConstStaticCell<Frames> = ConstStaticCell::new(Frames::NEW);
    static RESOURCES: ConstStaticCell<StackResources<SOCKETS>> = ConstStaticCell::new(StackResources::new());

    let config = Config::ipv4_static(StaticConfigV4 {
        address: ADDRESS,
        gateway: Some(ROUTER),
        dns_servers: Default::default(),
    });
    let seed = 0x6e61_7274; // a board that others can reach should have one that they cannot guess
    let (stack, runner) = embassy_net::new(Card::new(MAC_ADDRESS, FRAMES.take()), config, RESOURCES.take(), seed);
    spawner.spawn(move_frames(runner)?);
    Ok(stack)
}

#[task]
async fn move_frames(runner: Runner<'static, Card>) -> ! {
    crate::card::run(runner).await
}
