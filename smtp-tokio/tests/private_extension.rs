//! The example of an extension of one's own: it does what it says, and is as short as it promises.

use std::process::Command;

#[test]
fn both_sides_of_a_private_extension_fit_into_sixty_lines() {
    let source = include_str!("../examples/private_extension.rs");
    assert!(source.lines().count() < 60);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut run = Command::new(cargo);
    run.args(["run", "--quiet", "-p", "smtp-tokio", "--all-features"]);
    let output = run.args(["--example", "private_extension"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = "client: it takes Some(\"cheerful grumpy\")\n\
                    server: Ok(Some(Mood(\"cheerful\")))\n\
                    client: Some(Reply(250, [\"2.0.0 Message accepted\"]))\n\
                    server: XTEA, with milk\n\
                    client: Some(Answer(Reply(250, [\"2.0.0 OK\"])))\n";
    assert_eq!(said, expected);
}
