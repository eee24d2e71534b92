//! Transfer encodings and encoded words (RFC 2045, 2047), read as far as they can be.

use crate::encoding::decode_labelled;
use crate::formats::hex_byte;

/// What base64 stands for. What is none of its characters is passed over.
pub(super) fn base64(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for &byte in data {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            // One piece ends; another may follow.
            b'=' => {
                held = 0;
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

/// What quoted-printable stands for. An `=` that begins no code stays.
pub(super) fn quoted_printable(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some(at) = memchr::memchr(b'=', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(code) = hex_byte(rest) {
            out.push(code);
            rest = &rest[2..];
        } else if let Some(length) = soft_break(rest) {
            rest = &rest[length..];
        } else {
            out.push(b'=');
        }
    }
    out.extend_from_slice(rest);
    out
}

/// Length of the line break at the start of `text`, with the spaces before it that a mail server put
/// there; of nothing at the end.
fn soft_break(text: &[u8]) -> Option<usize> {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    match text.get(blanks) {
        Some(b'\n') => Some(blanks + 1),
        Some(_) => None,
        None => Some(blanks),
    }
}

/// The text of a header field: encoded words decoded, other bytes in the encoding that they are in.
///
/// Words that follow each other in one charset are decoded as one: many a program cuts them within a
/// character.
pub(super) fn words(raw: &[u8]) -> String {
    let mut out = String::new();
    let mut open: Option<(&[u8], Vec<u8>)> = None;
    let mut rest = raw;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let before = &rest[..at];
        rest = &rest[at + 2..];
        let Some((charset, bytes, after)) = word(rest) else {
            flush(&mut out, open.take());
            push(&mut out, before);
            out.push_str("=?");
            continue;
        };
        rest = after;
        match &mut open {
            // White space between two words is none of the text.
            Some((last, held)) if before.trim_ascii().is_empty() => {
                if last.eq_ignore_ascii_case(charset) {
                    held.extend(bytes);
                    continue;
                }
                flush(&mut out, open.take());
            }
            _ => {
                flush(&mut out, open.take());
                push(&mut out, before);
            }
        }
        open = Some((charset, bytes));
    }
    flush(&mut out, open);
    push(&mut out, rest);
    out
}

/// The word whose `=?` stands before `text`: its charset, its bytes and what follows it.
fn word(text: &[u8]) -> Option<(&[u8], Vec<u8>, &[u8])> {
    let charset_end = memchr::memchr(b'?', text)?;
    let charset = &text[..charset_end];
    if charset.is_empty() || !charset.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let (encoding, data) = match &text[charset_end + 1..] {
        [encoding, b'?', data @ ..] => (encoding.to_ascii_lowercase(), data),
        _ => return None,
    };
    let end = memchr::memchr(b'?', data)?;
    let after = data[end + 1..].strip_prefix(b"=")?;
    let bytes = match encoding {
        b'b' => base64(&data[..end]),
        b'q' => {
            let spaced: Vec<u8> =
                data[..end].iter().map(|&b| if b == b'_' { b' ' } else { b }).collect();
            quoted_printable(&spaced)
        }
        _ => return None,
    };
    // The language that may stand behind a `*` says nothing of the bytes.
    let charset = charset.split(|&byte| byte == b'*').next().unwrap_or(charset);
    Some((charset, bytes, after))
}

fn push(out: &mut String, bytes: &[u8]) {
    out.push_str(&decode_labelled(bytes, None).0);
}

fn flush(out: &mut String, open: Option<(&[u8], Vec<u8>)>) {
    if let Some((charset, bytes)) = open {
        out.push_str(&decode_labelled(&bytes, std::str::from_utf8(charset).ok()).0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_are_read_as_far_as_they_can_be() {
        for (from, to) in [
            ("5Lit\r\n5paH", "中文"),
            ("5Lit5paH!", "中文"),
            ("5Lit5paHYQ==YmM=", "中文abc"),
            ("5Lit5pa", "中\u{FFFD}"),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8_lossy(&base64(from.as_bytes())), to, "{from}");
        }
        for (from, to) in [
            ("=E4=B8=AD=e6=96=87", "中文"),
            ("a=\r\nb= \t\nc=", "abc"),
            ("1=2, x=+1, =Z", "1=2, x=+1, =Z"),
        ] {
            assert_eq!(String::from_utf8_lossy(&quoted_printable(from.as_bytes())), to, "{from}");
        }
    }

    #[test]
    fn encoded_words_are_decoded_and_what_is_none_stays() {
        for (from, to) in [
            ("Re: =?UTF-8?B?5Lit5paH?= ok", "Re: 中文 ok"),
            ("=?utf-8?Q?=E4=B8=AD_x?=\r\n =?utf-8*zh?q?=E6=96=87?=", "中 x文"),
            ("=?gb2312?B?1tDO?= =?GB2312?B?xA==?=", "中文"),
            ("=?big5?B?pKSk5Q==?= =?utf-8?q?y?=", "中文y"),
            ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
            ("=?utf-8?x?abc?= =? ?= =?a?b =?", "=?utf-8?x?abc?= =? ?= =?a?b =?"),
            ("2 =? 3", "2 =? 3"),
        ] {
            assert_eq!(words(from.as_bytes()), to, "{from}");
        }
        let (raw, ..) = encoding_rs::GB18030.encode("关于召开会议的通知");
        assert_eq!(words(&raw), "关于召开会议的通知");
    }

    #[test]
    fn words_that_nothing_closes_take_linear_time() {
        for start in ["=?", "=?a ", "=?aa?q?A", "=?aa?b?A "] {
            let text = start.repeat(200_000);
            assert_eq!(words(text.as_bytes()), text);
        }
    }
}
