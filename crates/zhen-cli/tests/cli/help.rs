//! What `--help` says.

use crate::support::Place;

fn help(args: &[&str]) -> String {
    Place::new().zhen(args).expect_status(0).out
}

#[test]
fn the_help_of_zhen_names_all_commands() {
    insta::assert_snapshot!(help(&["--help"]));
}

#[test]
fn the_help_of_search_shows_examples() {
    insta::assert_snapshot!(help(&["search", "--help"]));
}

#[test]
fn the_help_of_index_shows_examples() {
    insta::assert_snapshot!(help(&["index", "--help"]));
}

#[test]
fn every_command_has_help_with_examples() {
    let out = help(&["--help"]);
    let commands = out.lines().skip_while(|line| *line != "Commands:").skip(1);
    let mut seen = 0;
    for line in commands.take_while(|line| !line.is_empty()) {
        // What does not fit goes on below, further in.
        let Some(command) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else {
            continue;
        };
        let command = command.split(' ').next().unwrap();
        let text = help(&[command, "--help"]);
        assert!(text.contains("Examples:\n  zhen "), "{command}: {text}");
        seen += 1;
    }
    assert!(seen >= 13, "{out}");
    for command in
        ["synonyms add", "synonyms remove", "synonyms load", "aliases add", "aliases remove"]
    {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        assert!(help(&words).contains("Examples:\n  zhen "), "{command}");
    }
}
