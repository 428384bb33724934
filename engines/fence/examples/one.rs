#[path = "../tests/world/mod.rs"]
mod world;
fn main() {
    let mode = std::env::args().nth(1).unwrap();
    let reps: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let index = fence::Index::new(world::scattered(7, 10_000));
    let mut c = world::Chance(11);
    let pts: Vec<_> = (0..1_000_000).map(|_| world::anywhere(&mut c)).collect();
    let mut pts = pts;
    if mode == "near" {
        pts.sort_unstable_by_key(|[x, y]: &[f64; 2]| ((y * 400.0) as i64, (x * 400.0) as i64));
    }
    let mut hits = (0u64, 0u64);
    for _ in 0..reps {
        if mode == "one" {
            for at in &pts {
                index.locate(*at, |a| hits = (hits.0 + 1, hits.1 ^ u64::from(a)));
            }
        } else {
            index.locate_many(&pts, |_, a| hits = (hits.0 + 1, hits.1 ^ u64::from(a)));
        }
    }
    println!("{hits:?}");
}
