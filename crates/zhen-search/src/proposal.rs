//! The query that is proposed where a word was a slip.

use std::ops::Range;

/// The query with each slip replaced by what was meant, where it stands as a word.
pub(crate) fn put_right(query: &str, slips: &[(String, String)]) -> String {
    let is_letter = |c: char| c.is_ascii_alphanumeric();
    let mut places: Vec<(Range<usize>, &str)> = Vec::new();
    for (typed, meant) in slips {
        let place =
            query.match_indices(typed.as_str()).map(|(at, _)| at..at + typed.len()).find(|place| {
                let goes_on =
                    typed.ends_with(is_letter) && query[place.end..].starts_with(is_letter);
                let began =
                    typed.starts_with(is_letter) && query[..place.start].ends_with(is_letter);
                let is_taken = places
                    .iter()
                    .any(|(taken, _)| taken.start < place.end && place.start < taken.end);
                !goes_on && !began && !is_taken
            });
        places.extend(place.map(|place| (place, meant.as_str())));
    }
    places.sort_by_key(|(place, _)| place.start);
    let mut right = String::with_capacity(query.len());
    let mut at = 0;
    for (place, meant) in places {
        right.push_str(&query[at..place.start]);
        right.push_str(meant);
        at = place.end;
    }
    right + &query[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_put_right_where_they_stand_as_words() {
        let right = |query: &str, slips: &[(&str, &str)]| {
            let owned = |&(typed, meant): &(&str, &str)| (typed.to_owned(), meant.to_owned());
            put_right(query, &slips.iter().map(owned).collect::<Vec<_>>())
        };
        let spellin = ("spellin", "spelling");
        assert_eq!(right("spellin spellin", &[spellin, spellin]), "spelling spelling");
        assert_eq!(right("misspellings spellin", &[spellin]), "misspellings spelling");
        assert_eq!(right("spellings", &[spellin]), "spellings");
        assert_eq!(right("侧试spellin", &[spellin, ("侧试", "测试")]), "测试spelling");
        assert_eq!(right("软件侧试", &[("侧试", "测试")]), "软件测试");
    }
}
