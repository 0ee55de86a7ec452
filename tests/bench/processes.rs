//! The processes of functions: their peak memory, and the time of a processor that they took.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Clock ticks of the kernel in a second (`USER_HZ`, the same on every Linux).
const TICKS: u64 = 100;

/// The processes that this one has started.
pub(crate) fn children() -> Vec<String> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().filter_map(Result::ok);
    let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    children.flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The name of a process's program, of which Linux keeps 15 bytes.
fn program(process: &str) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/{process}/comm")).ok()?.trim().to_owned())
}

/// The time of a processor that the processes of each program have taken, in user and kernel together.
pub(crate) fn processor_times() -> BTreeMap<String, Duration> {
    let mut times = BTreeMap::new();
    for process in children() {
        if let (Some(program), Some(time)) = (program(&process), processor_time(&process)) {
            *times.entry(program).or_default() += time;
        }
    }
    times
}

/// Peak memory of a process.
pub(crate) fn peak_bytes(process: &str) -> Option<i64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<i64>().ok()? * 1024)
}

/// The time of a processor that a process has taken.
fn processor_time(process: &str) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name in brackets; user time and system time are the fourteenth and the fifteenth field.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok());
    Some(Duration::from_millis(ticks.sum::<Option<u64>>()? * 1000 / TICKS))
}
