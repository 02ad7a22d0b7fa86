//! Bars, as SVG.

use std::fmt::Write as _;

use crate::table::{Table, number};

const BAR: usize = 22;
const LEFT: usize = 160;
const WIDTH: f64 = 420.0;

/// The name of a file, and what is in it; none where there is nothing to be drawn.
pub fn draw(table: &Table) -> Option<(String, String)> {
    let (column, caption) = table.drawn.as_ref()?;
    let bars: Vec<(&str, f64)> = table
        .rows
        .iter()
        .filter_map(|row| Some((row.name.as_str(), row.cells.get(*column)?.figure?)))
        .collect();
    let most = bars.iter().map(|(_, figure)| *figure).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let height = 40 + bars.len() * BAR;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"680\" height=\"{height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"8\" y=\"20\" \
         font-weight=\"bold\">{}</text>\n",
        escaped(caption),
    );
    for (index, (name, figure)) in bars.iter().enumerate() {
        let (top, width) = (34 + index * BAR, figure / most * WIDTH);
        let (text, end) = (top + 13, LEFT as f64 + width + 6.0);
        let colour = if name.starts_with("smtp-") && *name != "smtp-sink" && *name != "smtp-source"
        {
            "#2a6fbb"
        } else if name.starts_with("bare") || name.starts_with("floor") {
            "#bbbbbb"
        } else {
            "#d98032"
        };
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{}</text><rect x=\"{LEFT}\" y=\"{top}\" \
             width=\"{width:.1}\" height=\"16\" fill=\"{colour}\"/><text x=\"{end:.1}\" y=\"{text}\">{}</text>",
            LEFT - 8,
            escaped(name),
            number(*figure),
        );
    }
    svg.push_str("</svg>\n");
    Some((format!("{}.svg", slug(&table.title)), svg))
}

fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("e2e-{}", words.take(6).collect::<Vec<_>>().join("-").to_lowercase())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
