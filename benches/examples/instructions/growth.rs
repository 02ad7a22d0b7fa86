//! Costs that must not grow with what is done.

use super::valgrind::Count;

/// The first may take so many times as many instructions for each unit as the second, and no more.
const RULES: [(&str, &str, f64); 0] = [];

/// What breaks a rule. Works that were not counted break none.
pub(crate) fn check(counts: &[Count]) -> Result<(), String> {
    let each = |name| counts.iter().find(|count| count.name == name).map(Count::each);
    for (name, than, times) in RULES {
        let (Some(this), Some(that)) = (each(name), each(than)) else { continue };
        let ratio = this / that;
        println!("{name}: {this:.2} each, {ratio:.2} times {than}; at most {times}");
        if ratio > times {
            return Err(format!("{name} costs {ratio:.2} times as much as {than}"));
        }
    }
    Ok(())
}
