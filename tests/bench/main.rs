//! `cargo run --release -p tests --bin bench`: a large world through the local stack, and how fast the dashboard answers
//! about it. Times are medians and 99th percentiles of requests one after the other, over HTTP.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and one that cannot go on says so")]

use fastrand::Rng;
use harness::generator::Size;
use harness::running::Running;
use harness::world::World;
use local::load;
use std::time::{Duration, Instant};

/// How often each request is sent.
const REQUESTS: usize = 1000;

#[tokio::main]
async fn main() {
    let number = |name: &str, otherwise| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let size = Size { partners: number("BENCH_PARTNERS", 1000), contracts: number("BENCH_CONTRACTS", 48_000) };
    let world = World::generated(number("BENCH_SEED", 1) as u64, size);
    println!("{} partners, {} events", world.partners.len(), world.events.len());
    let running = Running::start().await;
    running.register(&world).await;
    let started = Instant::now();
    load::send(&running.stack, &world.events).await.unwrap();
    running.settle().await;
    let taken = started.elapsed();
    let rate = world.events.len() as u128 * 1000 / taken.as_millis().max(1);
    println!("taken in, totals included: {} s, {rate} events/s", taken.as_secs());

    let mut random = Rng::with_seed(1);
    let ids: Vec<String> = world.partners.iter().map(|partner| partner.id.to_string()).collect();
    let month = |random: &mut Rng| format!("{}-{:02}", random.u16(2022..2025), random.u8(1..=12));
    println!("{:50} {:>12} {:>12}", "GET", "median", "p99");
    measure(&running, "/partners/{id}/statement?month=", || {
        let id = random.choice(&ids).unwrap().clone();
        format!("/partners/{id}/statement?month={}", month(&mut random))
    })
    .await;
    let mut random = Rng::with_seed(2);
    measure(&running, "/partners/{id}/summary", || {
        format!("/partners/{}/summary?from=2022-01&to=2024-12", random.choice(&ids).unwrap())
    })
    .await;
    let mut random = Rng::with_seed(3);
    measure(&running, "/summary?from=&to= (one month, everyone)", || {
        let month = month(&mut random);
        format!("/summary?from={month}&to={month}")
    })
    .await;
    let mut random = Rng::with_seed(4);
    measure(&running, "/partners/{id}", || format!("/partners/{}", random.choice(&ids).unwrap())).await;
    running.stack.stop().await;
}

async fn measure(running: &Running, name: &str, mut path: impl FnMut() -> String) {
    let mut times: Vec<Duration> = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let path = path();
        let started = Instant::now();
        let answer = running.api.get(&path).await.unwrap();
        times.push(started.elapsed());
        assert_eq!(answer.status, 200, "{path}");
    }
    times.sort_unstable();
    let at = |part: usize| times.get(REQUESTS * part / 100).copied().unwrap_or_default();
    println!("{name:50} {:>9} µs {:>9} µs", at(50).as_micros(), at(99).as_micros());
}
