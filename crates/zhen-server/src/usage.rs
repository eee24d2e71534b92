//! What this process takes of the machine.

use std::fs;
use std::time::Duration;

/// Ticks a second in which Linux counts processor time towards programs (`USER_HZ`), on every
/// architecture that Rust's standard library supports.
const TICKS_A_SECOND: u64 = 100;

/// Memory and processor time of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessUsage {
    /// Bytes in physical memory, mapped files included.
    pub resident: u64,
    /// Bytes in physical memory that are not backed by a file.
    pub anonymous: u64,
    /// The most that `resident` has been since the process began.
    pub peak: u64,
    /// Processor time of all threads, user and system, in steps of 10 ms.
    pub cpu: Duration,
}

impl ProcessUsage {
    /// As the system tells it; `None` where there is no `/proc` as Linux has it.
    #[must_use]
    pub fn read() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kib: u64 = line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kib << 10)
        };
        Some(Self {
            resident: field("VmRSS")?,
            anonymous: field("RssAnon")?,
            peak: field("VmHWM")?,
            cpu: cpu(&fs::read_to_string("/proc/self/stat").ok()?)?,
        })
    }
}

/// Processor time out of `/proc/self/stat` (proc_pid_stat(5)): user and system time are its fields
/// 14 and 15. The second, the name, stands in parentheses and may hold anything.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    let ticks = ticks()? + ticks()?;
    Some(Duration::from_millis(ticks * 1_000 / TICKS_A_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_user_and_system_time() {
        let stat = "16 (a) b) R 1 2 3 0 -1 4194304 100 0 0 0 123 45 9 9 20 0 1 0 1000 1 1";
        assert_eq!(cpu(stat), Some(Duration::from_millis(1_680)));
        assert_eq!(cpu("16 (a) R 1 2"), None);
        assert_eq!(cpu(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_knows_what_it_takes() {
        let usage = ProcessUsage::read().unwrap();
        assert!(usage.peak >= usage.resident && usage.resident >= usage.anonymous);
        assert!(usage.anonymous > 0);
    }
}
