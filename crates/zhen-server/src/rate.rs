//! Limits how often a client may ask: a token bucket for each.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Limits;
use crate::problem::{Kind, Problem};

/// Whom a bucket belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// A key, wherever it is used.
    Key(String),
    /// An address; of IPv6 the first 64 bits, which is what one customer gets.
    Address(IpAddr),
}

impl Client {
    /// The client behind a connection without a key.
    pub(crate) fn address(ip: IpAddr) -> Self {
        // To a socket of both families an IPv4 address is one of IPv6, `::ffff:192.0.2.1`.
        match ip.to_canonical() {
            v4 @ IpAddr::V4(_) => Self::Address(v4),
            IpAddr::V6(v6) => {
                let prefix = v6.to_bits() >> 64 << 64;
                Self::Address(IpAddr::V6(Ipv6Addr::from_bits(prefix)))
            }
        }
    }
}

/// Clients remembered; beyond that, those that have been quiet are forgotten.
const MAX_CLIENTS: usize = 16_384;

/// The buckets of a server.
#[derive(Debug)]
pub(crate) struct RateLimit {
    per_second: f64,
    burst: f64,
    /// For each client, tokens left and when that was so.
    buckets: Mutex<HashMap<Client, (f64, Instant)>>,
}

impl RateLimit {
    /// The limit that is configured, if there is one.
    pub(crate) fn new(limits: &Limits) -> Option<Self> {
        let per_second = f64::from(limits.requests_per_second);
        let burst = match limits.request_burst {
            0 => 2.0 * per_second,
            n => f64::from(n),
        };
        (limits.requests_per_second > 0).then(|| Self {
            per_second,
            burst: burst.max(1.0),
            buckets: Mutex::new(HashMap::new()),
        })
    }

    /// Takes one request of `client` at `now` off its bucket.
    ///
    /// # Errors
    /// 429 with the time to wait when the bucket is empty.
    pub(crate) fn take(&self, client: Client, now: Instant) -> Result<(), Problem> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_CLIENTS && !buckets.contains_key(&client) {
            let refill = Duration::from_secs_f64(self.burst / self.per_second);
            buckets.retain(|_, (_, since)| now.saturating_duration_since(*since) < refill);
            if buckets.len() >= MAX_CLIENTS {
                // More clients than are remembered are all active: starting over lets each of
                // them a burst more, which costs less than unbounded memory.
                buckets.clear();
            }
        }
        let (tokens, since) = buckets.entry(client).or_insert((self.burst, now));
        let earned = now.saturating_duration_since(*since).as_secs_f64() * self.per_second;
        *tokens = (*tokens + earned).min(self.burst);
        *since = now;
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            return Ok(());
        }
        let wait = ((1.0 - *tokens) / self.per_second).ceil();
        // Between 1 second and the refill time of one token, which fits by construction.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let seconds = wait.clamp(1.0, 86_400.0) as u32;
        let detail = format!(
            "more than {} requests a second; wait {seconds} s or ask the operator for more",
            self.per_second
        );
        Err(Problem::new(Kind::TooManyRequests, detail).retry_after(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(requests_per_second: u32, request_burst: u32) -> RateLimit {
        RateLimit::new(&Limits { requests_per_second, request_burst, ..Limits::default() }).unwrap()
    }

    fn client(n: u32) -> Client {
        Client::address(IpAddr::V4(n.into()))
    }

    #[test]
    fn no_limit_is_the_default() {
        assert!(RateLimit::new(&Limits::default()).is_none());
    }

    #[test]
    fn a_burst_passes_then_the_average_holds_and_others_are_not_touched() {
        let (limit, start) = (limit(2, 3), Instant::now());
        for _ in 0..3 {
            limit.take(client(1), start).unwrap();
        }
        let problem = limit.take(client(1), start).unwrap_err();
        assert_eq!((problem.kind, problem.retry_after), (Kind::TooManyRequests, Some(1)));
        limit.take(client(2), start).unwrap();
        let later = start + Duration::from_millis(500);
        limit.take(client(1), later).unwrap();
        limit.take(client(1), later).unwrap_err();
    }

    #[test]
    fn one_customer_s_ipv6_addresses_share_a_bucket() {
        let (limit, now) = (limit(1, 1), Instant::now());
        let of = |ip: &str| Client::address(ip.parse().unwrap());
        limit.take(of("2001:db8::1"), now).unwrap();
        limit.take(of("2001:db8::2"), now).unwrap_err();
        limit.take(of("2001:db8:0:1::1"), now).unwrap();
        // IPv4 as a socket of both families shows it.
        limit.take(of("::ffff:192.0.2.1"), now).unwrap();
        limit.take(of("::ffff:192.0.2.2"), now).unwrap();
        limit.take(of("192.0.2.1"), now).unwrap_err();
    }

    #[test]
    fn memory_is_bounded_whatever_number_of_clients_call() {
        let (limit, now) = (limit(1, 1), Instant::now());
        for n in 0..3 * MAX_CLIENTS as u32 {
            limit.take(client(n), now).unwrap();
        }
        assert!(limit.buckets.lock().unwrap().len() <= MAX_CLIENTS);
    }
}
