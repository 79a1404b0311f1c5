#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Before an array is made for what a file promises.
extension Memory {
  /// Whether the system would give so many bytes: an array that does not get them ends the program.
  static func holds(_ count: Int) -> Bool {
    // Not malloc, whose result a compiler need not wait for if it is freed again.
    let place = mmap(nil, max(count, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard place != MAP_FAILED else { return false }
    munmap(place, max(count, 1))
    return true
  }
}
