import Foundation

/// How much memory this process can still get, as far as the system says.
enum FreeMemory {
  /// Bytes: the least of what the machine has free, what the container may take and what the process may; nil where
  /// none of it is known.
  static var bytes: Double? { [machine, container, process].compactMap { $0 }.min() }

  private static var machine: Double? {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
    func kilobytes(_ name: String) -> Double? {
      text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        .flatMap { Double($0.split(separator: " ").dropFirst().first ?? "") }
    }
    return kilobytes("MemAvailable").map { ($0 + (kilobytes("SwapFree") ?? 0)) * 1024 }
  }

  /// What the control group leaves, version 2 or 1; what it holds of files is given back when it is needed.
  private static var container: Double? {
    func text(_ name: String) -> String? {
      try? String(contentsOfFile: "/sys/fs/cgroup/\(name)", encoding: .utf8)
    }
    func number(_ name: String) -> Double? {
      text(name).flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
    func files(_ name: String) -> Double {
      var bytes = 0.0
      for line in (text(name) ?? "").split(separator: "\n") {
        let parts = line.split(separator: " ")
        if parts.count == 2, ["active_file", "inactive_file"].contains(parts[0]) {
          bytes += Double(parts[1]) ?? 0
        }
      }
      return bytes
    }
    let groups = [
      ("memory.max", "memory.current", "memory.stat"),
      ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
    ]
    return groups.compactMap { limit, used, parts in
      number(limit).map { $0 - (number(used) ?? 0) + files(parts) }
    }
    .min()
  }

  /// What `ulimit -v` leaves.
  private static var process: Double? {
    var limit = rlimit()
    guard getrlimit(addressSpace, &limit) == 0, limit.rlim_cur < rlim_t(Int.max) else { return nil }
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))
      .flatMap { Double($0.split(separator: " ").first ?? "") }
    return Double(limit.rlim_cur) - (pages ?? 0) * Double(getpagesize())
  }

  #if canImport(Glibc)
    private static var addressSpace: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_AS.rawValue) }
  #else
    private static var addressSpace: Int32 { RLIMIT_AS }
  #endif
}
