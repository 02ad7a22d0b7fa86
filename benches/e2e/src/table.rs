//! A table: what was measured, beside what it is measured against.

use std::fmt::Write as _;

/// A table with a heading.
pub struct Table {
    pub title: String,
    /// What is not obvious from the columns.
    pub about: String,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// What is drawn of it, if anything: the number of a column, and what it says.
    pub drawn: Option<(usize, String)>,
}

/// Whose figures.
pub struct Row {
    pub name: String,
    pub cells: Vec<Cell>,
}

/// A figure, and what is to be told behind it.
#[derive(Clone, Default)]
pub struct Cell {
    pub figure: Option<f64>,
    /// In relation to what it is compared with.
    pub ratio: Option<f64>,
    /// What the ratio, or the figure where there is none, should not be above.
    pub target: Option<f64>,
}

impl Cell {
    fn text(&self) -> String {
        let Some(figure) = self.figure else { return "-".into() };
        let mut text = number(figure);
        if let Some(ratio) = self.ratio {
            let _ = write!(text, " ({ratio:.2} x)");
        }
        if let Some(target) = self.target {
            let sign = if self.ratio.unwrap_or(figure) <= target { "<=" } else { "> " };
            let unit = if self.ratio.is_some() { " x" } else { "" };
            let _ = write!(text, " {sign} {}{unit}", number(target));
        }
        text
    }
}

/// With as many digits as there is sense in.
pub fn number(figure: f64) -> String {
    match figure.abs() {
        0.0..10.0 => format!("{figure:.2}"),
        10.0..100.0 => format!("{figure:.1}"),
        _ => {
            let digits = format!("{figure:.0}");
            let mut text = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
    }
}

pub fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    let upper = *figures.get(middle)?;
    let lower = if figures.len().is_multiple_of(2) { *figures.get(middle - 1)? } else { upper };
    Some((lower + upper) / 2.0)
}

impl Table {
    fn lines(&self) -> Vec<Vec<String>> {
        let head = [String::new()].into_iter().chain(self.columns.iter().cloned()).collect();
        let rows = self.rows.iter().map(|row| {
            [row.name.clone()].into_iter().chain(row.cells.iter().map(Cell::text)).collect()
        });
        [head].into_iter().chain(rows).collect()
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let lines = self.lines();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
        };
        let mut text = format!("\n{}\n", self.title);
        if !self.about.is_empty() {
            let _ = writeln!(text, "{}", self.about);
        }
        for line in &lines {
            for (column, cell) in line.iter().enumerate() {
                let width = width(column).unwrap_or_default();
                let _ = match column {
                    0 => write!(text, "{cell:width$}"),
                    _ => write!(text, "  {cell:>width$}"),
                };
            }
            text.push('\n');
        }
        text
    }

    /// For a document.
    pub fn markdown(&self) -> String {
        let mut text = format!("### {}\n\n", self.title);
        if !self.about.is_empty() {
            let _ = writeln!(text, "{}\n", self.about);
        }
        for (index, line) in self.lines().iter().enumerate() {
            let _ = writeln!(text, "| {} |", line.join(" | "));
            if index == 0 {
                let _ = writeln!(text, "|---|{}", "---:|".repeat(self.columns.len()));
            }
        }
        text
    }
}
