//! Tables of numbers in text files.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Set to anything: the files are written, not compared.
const WRITE: &str = "SMTP_BENCHES_WRITE";

const HOW: &str = "SMTP_BENCHES_WRITE=1 cargo test -p smtp-benches --test golden";

pub(crate) struct Table {
    text: String,
}

impl Table {
    pub(crate) fn new<const N: usize>(doc: &str, columns: [&str; N]) -> Self {
        let mut text = String::new();
        for line in doc.lines() {
            writeln!(text, "{}", format!("# {line}").trim_end()).expect("a string takes all");
        }
        writeln!(text, "#\n# Written by {HOW}").expect("a string takes all");
        let mut table = Self { text };
        table.line(["", "", ""], columns.map(str::to_owned));
        table
    }

    /// Numbers that are to be divided by `among`, 1 or 10.
    pub(crate) fn row<const N: usize>(&mut self, head: [&str; 3], cells: [u64; N], among: u64) {
        let exact = |cell: u64| match (cell / among, cell % among) {
            (whole, 0) => whole.to_string(),
            (whole, tenths) => format!("{whole}.{tenths}"),
        };
        self.line(head, cells.map(exact));
    }

    fn line<const N: usize>(&mut self, [session, side, what]: [&str; 3], cells: [String; N]) {
        let mut line = format!("{session:<15} {side:<7} {what:<7}");
        for cell in cells {
            write!(line, " {cell:>11}").expect("a string takes all");
        }
        writeln!(self.text, "{}", line.trim_end()).expect("a string takes all");
    }

    /// With what is recorded.
    pub(crate) fn compare(&self, name: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
        let file = file.with_extension("txt");
        if env::var_os(WRITE).is_some() {
            fs::write(&file, &self.text).expect("the table can be written");
            return;
        }
        let recorded = fs::read_to_string(&file).expect("the table is there");
        if recorded == self.text {
            return;
        }
        let [lines, now] = [&recorded, &self.text].map(|text| text.lines().collect::<Vec<_>>());
        let columns = now.iter().find(|line| line.starts_with(' ')).unwrap_or(&"");
        println!("golden/{name}.txt: '-' is recorded, '+' is now\n  {columns}");
        for at in 0..lines.len().max(now.len()) {
            let (old, new) = (lines.get(at), now.get(at));
            if old != new {
                for (sign, line) in [('-', old), ('+', new)] {
                    if let Some(line) = line {
                        println!("{sign} {line}");
                    }
                }
            }
        }
        panic!("what sessions cost has changed. If it is meant to: {HOW}");
    }
}
