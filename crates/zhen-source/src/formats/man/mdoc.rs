//! The macros of mdoc, which are called within each other's arguments.

/// Whether an argument is text and no macro.
pub(super) fn is_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric) && !is_macro_name(text)
}

/// Macros that may stand among arguments.
const CALLABLE: [&str; 66] = [
    "Ac", "Ad", "An", "Ao", "Ap", "Aq", "Ar", "Bc", "Bo", "Bq", "Brc", "Bro", "Brq", "Cd", "Cm",
    "Dc", "Do", "Dq", "Dv", "Ec", "Em", "Eo", "Er", "Ev", "Fa", "Fl", "Fn", "Ft", "Ic", "In", "It",
    "Li", "Lk", "Ms", "Mt", "Nd", "Nm", "No", "Ns", "Oc", "Oo", "Op", "Ox", "Pa", "Pc", "Pf", "Po",
    "Pq", "Qc", "Ql", "Qo", "Qq", "Sc", "So", "Sq", "St", "Sx", "Sy", "Ta", "Tn", "Ux", "Va", "Vt",
    "Xc", "Xo", "Xr",
];

fn is_macro_name(word: &str) -> bool {
    CALLABLE.contains(&word)
}

/// The words that a macro prints with its arguments. `\0` stands for "no space here".
pub(super) fn text(name: &str, arguments: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let mut closers: Vec<&str> = Vec::new();
    let words = std::iter::once(name).chain(arguments.iter().map(String::as_str));
    let mut words = words.enumerate().filter(|(_, word)| !word.is_empty()).peekable();
    while let Some((at, word)) = words.next() {
        let is_macro = at == 0 || is_macro_name(word);
        if !is_macro {
            out.push(word.to_owned());
            continue;
        }
        match word {
            "Fl" => {
                out.push("-".to_owned());
                out.push("\0".to_owned());
            }
            "Nd" => out.push("—".to_owned()),
            "Ns" | "Ap" | "Pf" => out.push("\0".to_owned()),
            "Xr" => {
                if let Some((_, page)) = words.next() {
                    let section =
                        words.next_if(|(_, word)| word.starts_with(|c: char| c.is_ascii_digit()));
                    out.push(match section {
                        Some((_, section)) => format!("{page}({section})"),
                        None => page.to_owned(),
                    });
                }
            }
            "Op" | "Oo" | "Bq" | "Bo" => open(&mut out, &mut closers, "[", "]"),
            "Pq" | "Po" => open(&mut out, &mut closers, "(", ")"),
            "Dq" | "Do" | "Qq" | "Qo" => open(&mut out, &mut closers, "“", "”"),
            "Sq" | "So" | "Ql" => open(&mut out, &mut closers, "‘", "’"),
            "Aq" | "Ao" => open(&mut out, &mut closers, "⟨", "⟩"),
            "Brq" | "Bro" => open(&mut out, &mut closers, "{", "}"),
            _ => {}
        }
    }
    while let Some(closer) = closers.pop() {
        out.push("\0".to_owned());
        out.push(closer.to_owned());
    }
    out
}

fn open<'c>(out: &mut Vec<String>, closers: &mut Vec<&'c str>, open: &str, close: &'c str) {
    out.push(open.to_owned());
    out.push("\0".to_owned());
    closers.push(close);
}

/// The words as text, [`text`]'s marks obeyed.
pub(super) fn join(words: &[String]) -> String {
    let mut text = String::new();
    let mut apart = false;
    for word in words {
        if word == "\0" {
            apart = false;
            continue;
        }
        let is_closing = matches!(word.as_str(), "," | "." | ";" | ":" | ")" | "]" | "?" | "!");
        if apart && !is_closing {
            text.push(' ');
        }
        text.push_str(word);
        apart = true;
    }
    text
}
