//! Costs that must not grow with what is done.

use super::valgrind::Count;

/// What a unit of the first costs, in instructions, is at most so many times what one of the second does.
///
/// What a drop costs by itself, the call and the look at what came, is of another order than what an octet
/// costs among many: there are ceilings for it below, and here that it is the same for all of them.
const RULES: &[(&str, &str, f64)] = &[
    ("server/data-4m", "server/data-64k", 1.05),
    ("server/bdat-4m", "server/bdat-64k", 1.05),
    ("client/data-4m", "client/data-64k", 1.05),
    ("client/bdat-4m", "client/bdat-64k", 1.05),
    ("server/to-1000", "server/to-100", 1.05),
    // With each reply the client looks through what is in flight, as much as its window holds.
    ("client/to-1000", "client/to-100", 1.05),
    ("server/commands-dripping", "server/commands-whole", 10.0),
    ("client/replies-dripping", "client/replies-whole", 10.0),
    ("server/line-dripping", "server/commands-dripping", 1.1),
    ("server/64k-dripping", "server/4k-dripping", 1.05),
];

/// What a unit costs at most, in instructions: no body that anybody could pick costs more, and no way to
/// send it.
const CEILINGS: &[(&str, f64)] =
    &[("unstuff/", 60.0), ("stuff/", 100.0), ("server/64k-dripping", 2200.0)];

/// What is broken. Works that were not counted break nothing.
pub(crate) fn check(counts: &[Count]) -> Result<(), String> {
    let each = |name: &str| {
        let name = format!("growth/{name}");
        counts.iter().find(|count| count.name == name).map(Count::each)
    };
    for (name, than, times) in RULES {
        let (Some(this), Some(that)) = (each(name), each(than)) else { continue };
        let ratio = this / that;
        println!("{name}: {this:.2} each, {ratio:.2} times {than}; at most {times}");
        if ratio > *times {
            return Err(format!("{name} costs {ratio:.2} times as much as {than}"));
        }
    }
    for (name, ceiling) in CEILINGS {
        for count in counts {
            let is_meant = count.name.starts_with(name) || count.name == format!("growth/{name}");
            if is_meant && count.each() > *ceiling {
                let each = count.each();
                return Err(format!("{}: {each:.2} each, more than {ceiling}", count.name));
            }
        }
    }
    Ok(())
}
