//! Text as it is shown within a line.

/// The text with each run of white space as one space, and none at its ends.
///
/// ```
/// assert_eq!(zhen_text::one_line(" 中巴經濟\n 走廊\tCPEC "), "中巴經濟 走廊 CPEC");
/// ```
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
