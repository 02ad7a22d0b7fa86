//! The section of `docs/performance.md` that is made here.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::chart;
use crate::table::Table;
use crate::{Result, Run};

const BEGIN: &str = "<!-- begin e2e -->";
const END: &str = "<!-- end e2e -->";

/// Puts the tables there, and charts beside it. What is outside of the section stays as it is.
pub fn write(root: &Path, tables: &[Table], run: &Run) -> Result<()> {
    let (page, charts) = (root.join("docs/performance.md"), root.join("docs/performance"));
    let old = match fs::read_to_string(&page) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => "# Performance\n".into(),
        read => read?,
    };
    fs::create_dir_all(&charts)?;
    let mut section = format!("{BEGIN}\n## Servers and clients over loopback\n\n{}\n", shape(run));
    for table in tables {
        section.push('\n');
        section.push_str(&table.markdown());
        if let Some((name, svg)) = chart::draw(table) {
            fs::write(charts.join(&name), svg)?;
            section.push_str(&format!("\n![{}](performance/{name})\n", table.title));
        }
    }
    section.push_str(END);
    fs::write(page, replaced(&old, &section))?;
    Ok(())
}

fn replaced(old: &str, section: &str) -> String {
    let (before, rest) = match old.split_once(BEGIN) {
        Some((before, rest)) => (before, rest.split_once(END).map_or("\n", |(_, after)| after)),
        None => (old, "\n"),
    };
    let gap = if before.ends_with("\n\n") { "" } else { "\n" };
    format!("{before}{gap}{section}{rest}")
}

/// When and on what it was measured.
fn shape(run: &Run) -> String {
    let said = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().ok();
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Measured on {} with {} cores, Linux {}, {}; medians of {} rounds in turns. What takes part is in \
         [benches/e2e](../benches/e2e/README.md).",
        said("date", &["-u", "+%Y-%m-%d"]),
        cores,
        said("uname", &["-r"]).split('.').take(2).collect::<Vec<_>>().join("."),
        said("rustc", &["--version"]),
        run.rounds,
    )
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, replaced};

    #[test]
    fn only_the_section_changes() {
        let section = format!("{BEGIN}\nnew\n{END}");
        let old = format!("# Title\n\ntext\n\n{BEGIN}\nold\n{END}\n\nmore\n");
        assert_eq!(replaced(&old, &section), format!("# Title\n\ntext\n\n{section}\n\nmore\n"));
        assert_eq!(replaced("# Title\n", &section), format!("# Title\n\n{section}\n"));
    }
}
