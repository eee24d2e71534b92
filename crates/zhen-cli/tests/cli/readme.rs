//! What README.md shows.

use std::path::Path;

use crate::support::Place;

/// A place with the samples, indexed as the README says, and the README.
fn samples() -> (Place, String) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let place = Place::new();
    for entry in std::fs::read_dir(project.join("data/samples")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        place.write(&format!("data/samples/{name}"), std::fs::read(entry.path()).unwrap());
    }
    place.zhen(&["index", "data/samples"]).expect_status(0);
    (place, std::fs::read_to_string(project.join("README.md")).unwrap())
}

/// Lines without the time that an answer took.
fn timeless(text: &str) -> Vec<String> {
    let line = |line: &str| match line.split_once(" documents in ") {
        Some((count, rest)) => {
            format!("{count} documents{}", rest.trim_start_matches(|c| c != ';'))
        }
        None => line.to_owned(),
    };
    text.trim().lines().map(line).collect()
}

#[test]
fn the_search_of_the_readme_answers_what_stands_there() {
    let (place, readme) = samples();
    let command = "$ zhen search -n 2 --passages 1 'free trade agreement'\n";
    let (_, rest) = readme.split_once(command).unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let args = ["search", "-n", "2", "--passages", "1", "--pretty", "--color", "never"];
    let done = place.zhen(&[&args[..], &["free trade agreement"]].concat()).expect_status(0);
    assert_eq!(timeless(shown), timeless(&done.out), "now:\n{}", done.out);
}

#[test]
fn completions_of_the_readme_are_those_of_the_samples() {
    let (place, readme) = samples();
    let mut seen = 0;
    for line in readme.lines().filter_map(|line| line.strip_prefix("$ zhen suggest ")) {
        let (prefix, first) = line.split_once('#').unwrap();
        let prefix = prefix.trim().trim_matches('\'');
        let done = place.zhen(&["suggest", prefix]).expect_status(0);
        assert_eq!(done.out.lines().next(), Some(first.trim()), "{prefix}");
        seen += 1;
    }
    assert_eq!(seen, 3);
}
