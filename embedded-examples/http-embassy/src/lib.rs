//! An LM3S6965 for embassy: its time, its network, and interrupts that come often. No metrics are in here.
//!
//! | | |
//! | --- | --- |
//! | [`executor`] | runs tasks, and sleeps |
//! | [`time`] | what embassy's timers wait for, from SysTick |
//! | [`network`] | embassy-net on the board's card |
//! | [`storm`] | a timer that interrupts everything else |
#![no_std]

mod card;
pub mod executor;
pub mod network;
pub mod storm;
pub mod time;
