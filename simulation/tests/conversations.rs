use smtp_simulation::{Statistics, converse_by};
use std::panic;
#[test]
fn some() {
    let n: u64 = std::env::var("N").map_or(2000, |n| n.parse().unwrap());
    let base: u64 = std::env::var("BASE").map_or(0, |n| n.parse().unwrap());
    let mut all = Statistics::default();
    let t = std::time::Instant::now();
    let mut failed = 0;
    panic::set_hook(Box::new(|_| {}));
    for seed in base..base + n {
        let a = std::time::Instant::now();
        match panic::catch_unwind(|| converse_by(seed, false)) {
            Ok(s) => all.merge(&s),
            Err(e) => {
                failed += 1;
                let m = e
                    .downcast_ref::<String>()
                    .cloned()
                    .or(e.downcast_ref::<&str>().map(|s| s.to_string()))
                    .unwrap_or_default();
                if failed < 30 {
                    println!("seed {seed}: {}", m.chars().take(300).collect::<String>());
                }
            }
        }
        if a.elapsed().as_millis() > 300 {
            println!("slow {seed} {:?}", a.elapsed());
        }
    }
    println!("{all}\n{failed} failed\n{:?}", t.elapsed());
}
#[test]
fn replay() {
    if let Ok(seed) = std::env::var("SEED") {
        println!("{}", converse_by(seed.parse().unwrap(), true));
    }
}
