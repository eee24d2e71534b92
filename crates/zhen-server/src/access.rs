//! API keys: what each may do, how they are kept, how they are compared.
//!
//! A key is a random string that the client sends as `Authorization: Bearer KEY` (or `X-Api-Key`).
//! Only its SHA-256 is kept. A slow password hash would add nothing: 192 random bits cannot be
//! guessed, and a key chosen by hand must have at least 16 characters. Comparing takes the same
//! time whatever is sent, and every key is compared whether or not one has already matched.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use warp::http::{HeaderMap, header};

use crate::config::ServerConfig;
use crate::problem::{Kind, Problem};

/// What a key allows; each level allows what the one before does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Nothing that needs a key.
    Public,
    /// Searching, suggestions, reading documents, figures.
    Search,
    /// Adding and deleting documents too.
    Write,
}

/// A key as configured: never the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// Name by which the log and messages speak of it.
    pub name: String,
    /// What it allows: `search` or `write`.
    pub access: Access,
    /// SHA-256 of the key, 64 hexadecimal digits: `printf %s KEY | sha256sum`.
    pub sha256: String,
}

/// Shortest key taken, in characters.
const MIN_KEY_CHARS: usize = 16;

impl KeyConfig {
    /// A key given in the clear, from the environment for example; only its hash is kept.
    ///
    /// # Errors
    /// A sentence, when the key is shorter than 16 characters or holds what a header cannot.
    pub fn from_plain(name: &str, access: Access, key: &str) -> Result<Self, String> {
        if key.chars().count() < MIN_KEY_CHARS {
            return Err(format!(
                "the key is too short to be safe: give at least {MIN_KEY_CHARS} characters, for \
                 example from `openssl rand -hex 24`"
            ));
        }
        if !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("a key may hold only printable ASCII without spaces".to_owned());
        }
        Ok(Self { name: name.to_owned(), access, sha256: hex(&Sha256::digest(key.as_bytes())) })
    }

    /// Makes a new key: the key itself, to be shown once, and what to keep.
    ///
    /// # Errors
    /// A sentence, when the system has no random numbers to give.
    pub fn generate(name: &str, access: Access) -> Result<(String, Self), String> {
        let mut random = [0u8; 24];
        getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
        let key = format!("zhen_{}", hex(&random));
        let config = Self::from_plain(name, access, &key)?;
        Ok((key, config))
    }

    /// Whether the hash is one and the level is one a key can have.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.access == Access::Public {
            return Err(format!("key {:?}: access must be `search` or `write`", self.name));
        }
        match parse_hash(&self.sha256) {
            Some(_) => Ok(()),
            None => Err(format!(
                "key {:?}: sha256 must be 64 hexadecimal digits (`printf %s KEY | sha256sum`)",
                self.name
            )),
        }
    }
}

/// Who sent a request and what that allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Name of the key, if one was sent.
    pub(crate) key: Option<String>,
    pub(crate) access: Access,
}

/// The keys of a server.
#[derive(Debug)]
pub(crate) struct Keys {
    keys: Vec<(String, Access, [u8; 32])>,
    /// What a request without a key may do.
    anonymous: Access,
}

impl Keys {
    /// The keys of a configuration that has passed [`ServerConfig::check`].
    pub(crate) fn new(config: &ServerConfig) -> Self {
        let keys: Vec<_> = config
            .keys
            .iter()
            .filter_map(|key| Some((key.name.clone(), key.access, parse_hash(&key.sha256)?)))
            .collect();
        let anonymous = match (config.keys.is_empty(), config.public_search) {
            (true, _) => Access::Write,
            (false, true) => Access::Search,
            (false, false) => Access::Public,
        };
        Self { keys, anonymous }
    }

    /// Finds out who is calling.
    ///
    /// # Errors
    /// A 401 for a key that is not known: silently treating it as no key would hide the mistake.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let Some(sent) = sent_key(headers) else {
            return Ok(Caller { key: None, access: self.anonymous });
        };
        if self.keys.is_empty() {
            return Ok(Caller { key: None, access: self.anonymous });
        }
        match self.find(&sent) {
            Some((name, access)) => {
                Ok(Caller { key: Some(name.to_owned()), access: access.max(self.anonymous) })
            }
            None => Err(Problem::new(Kind::Unauthorized, "this API key is not known here")),
        }
    }

    fn find(&self, sent: &[u8]) -> Option<(&str, Access)> {
        let hash: [u8; 32] = Sha256::digest(sent).into();
        let mut found = u32::MAX;
        for (i, (_, _, known)) in (0u32..).zip(&self.keys) {
            let equal: Choice = known.ct_eq(&hash);
            found.conditional_assign(&i, equal);
        }
        let (name, access, _) = self.keys.get(usize::try_from(found).ok()?)?;
        Some((name, *access))
    }
}

impl Caller {
    /// Whether the caller may do what needs `needed`.
    ///
    /// # Errors
    /// 401 without a key, 403 with a key that allows less.
    pub(crate) fn require(&self, needed: Access) -> Result<(), Problem> {
        if self.access >= needed {
            return Ok(());
        }
        Err(match &self.key {
            Some(name) => Problem::new(
                Kind::Forbidden,
                format!("key {name:?} may search but not write; send a write key"),
            ),
            None => Problem::new(
                Kind::Unauthorized,
                "this needs an API key: send it as `Authorization: Bearer KEY`",
            ),
        })
    }
}

fn sent_key(headers: &HeaderMap) -> Option<Vec<u8>> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let bytes = value.as_bytes();
        if bytes.len() > 7 && bytes[..7].eq_ignore_ascii_case(b"bearer ") {
            return Some(bytes[7..].trim_ascii().to_vec());
        }
        // Another scheme is a key nobody knows, so that the client hears of it.
        return Some(bytes.to_vec());
    }
    headers.get("x-api-key").map(|value| value.as_bytes().trim_ascii().to_vec())
}

/// Lower-case hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|&b| [digit(b >> 4), digit(b & 15)]).collect()
}

fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let text = text.trim().as_bytes();
    let mut hash = [0u8; 32];
    if text.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(text.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high << 4 | low).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::HeaderValue;

    fn keys(public_search: bool) -> Keys {
        let key = |name, access, key| KeyConfig::from_plain(name, access, key).unwrap();
        Keys::new(&ServerConfig {
            keys: vec![
                key("reader", Access::Search, "search-key-0123456789"),
                key("author", Access::Write, "write-key-0123456789"),
            ],
            public_search,
            ..ServerConfig::default()
        })
    }

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))])
    }

    #[test]
    fn each_key_has_its_level_by_either_header() {
        let keys = keys(false);
        let caller =
            keys.caller(&headers("authorization", "Bearer search-key-0123456789")).unwrap();
        assert_eq!((caller.key.as_deref(), caller.access), (Some("reader"), Access::Search));
        assert_eq!(caller.require(Access::Write).unwrap_err().kind, Kind::Forbidden);
        let caller = keys.caller(&headers("x-api-key", "write-key-0123456789")).unwrap();
        caller.require(Access::Write).unwrap();
    }

    #[test]
    fn no_key_and_an_unknown_key_are_unauthorised() {
        let keys = keys(false);
        let nobody = keys.caller(&HeaderMap::new()).unwrap();
        assert_eq!(nobody.require(Access::Search).unwrap_err().kind, Kind::Unauthorized);
        nobody.require(Access::Public).unwrap();
        for sent in ["Bearer nonsense", "Basic c2VhcmNo", "Bearer search-key-012345678"] {
            let error = keys.caller(&headers("authorization", sent)).unwrap_err();
            assert_eq!(error.kind, Kind::Unauthorized, "{sent}");
        }
    }

    #[test]
    fn public_search_opens_searching_only() {
        let nobody = keys(true).caller(&HeaderMap::new()).unwrap();
        nobody.require(Access::Search).unwrap();
        assert_eq!(nobody.require(Access::Write).unwrap_err().kind, Kind::Unauthorized);
    }

    #[test]
    fn without_keys_everything_is_allowed() {
        let keys = Keys::new(&ServerConfig::default());
        keys.caller(&HeaderMap::new()).unwrap().require(Access::Write).unwrap();
    }

    #[test]
    fn a_generated_key_is_accepted_and_never_repeated() {
        let (key, config) = KeyConfig::generate("k", Access::Search).unwrap();
        assert_eq!(config, KeyConfig::from_plain("k", Access::Search, &key).unwrap());
        assert_ne!(key, KeyConfig::generate("k", Access::Search).unwrap().0);
        config.check().unwrap();
    }

    #[test]
    fn a_hash_that_is_none_is_refused() {
        for sha256 in ["", "12", &"g".repeat(64), &"é".repeat(32)] {
            let key =
                KeyConfig { name: "k".into(), access: Access::Search, sha256: sha256.to_owned() };
            assert!(key.check().unwrap_err().contains("sha256sum"));
        }
    }
}
