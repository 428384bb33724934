//! Draws the demo district: `cargo run -p demo --example map [west south east north] > map.svg`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let numbers: Vec<f64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let frame = <[f64; 4]>::try_from(numbers).unwrap_or([121.35, 30.80, 121.65, 31.01]);
    let ground = demo::ground::Ground::new(demo::SEED, &mut demo::names::Names::new(demo::SEED));
    std::io::stdout().lock().write_all(demo::svg::draw(&ground, frame, 1_800.0).as_bytes())
}
