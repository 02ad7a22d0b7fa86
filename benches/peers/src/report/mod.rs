//! What comes of it all, for people.

pub(crate) mod chart;
pub(crate) mod document;
pub(crate) mod machine;
pub(crate) mod table;
pub(crate) mod targets;

use crate::contest::{Absent, Side, Topic, Verdict};
use crate::measure::Cost;

/// How one contestant did.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) side: Side,
    pub(crate) verdict: Verdict,
    pub(crate) cost: Cost,
}

/// How everybody did over one thing.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) topic: Topic,
    pub(crate) rows: Vec<Row>,
    pub(crate) absent: &'static [Absent],
}

impl Outcome {
    pub(crate) fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }
}

/// Three digits that matter, and commas in large numbers.
pub(crate) fn number(value: f64) -> String {
    match value {
        value if value.abs() < 1e-9 => "0".into(),
        value if value < 0.995 => format!("{value:.2}"),
        value if value < 99.5 => format!("{value:.1}"),
        value => {
            let digits = format!("{value:.0}");
            let mut out = String::new();
            for (n, digit) in digits.chars().enumerate() {
                if n > 0 && (digits.len() - n) % 3 == 0 {
                    out.push(',');
                }
                out.push(digit);
            }
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short() {
        let cases =
            [(0.0, "0"), (0.04, "0.04"), (3.25, "3.2"), (217.4, "217"), (1_234_567.0, "1,234,567")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }
}
