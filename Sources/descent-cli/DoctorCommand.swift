import ArgumentParser
import Descent
import Foundation

/// `descent doctor`
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Shows what Descent runs on here, and tests the kernels.")

  func run() throws {
    // Reports a $DESCENT_THREADS that cannot be, which the default would pass over.
    try Runtime.setThreads(0)
    try print(
      """
      descent      \(Runtime.version)
      instructions \(Runtime.cpuFeatures)
      BLAS         \(Runtime.blas)
      threads      \(Runtime.threads)
      gnuplot      \(Self.gnuplotVersion ?? "not installed: no charts (Debian: apt-get install gnuplot-nox)")
      """)
    var failures = 0
    for test in SelfTest.all {
      let error = test.error()
      let passes = error <= test.tolerance
      failures += passes ? 0 : 1
      let line = String(format: "error %.1e, allowed %.1e", error, test.tolerance)
      try print("\(passes ? "ok  " : "FAIL") \(test.name): \(line)")
    }
    if failures > 0 {
      warn("\(failures) self-tests failed: this build gives wrong numbers on this machine")
      throw ExitCode.failure
    }
  }

  private static var gnuplotVersion: String? {
    guard let end = Program.run("gnuplot", ["--version"]), end.status == 0 else { return nil }
    return String(decoding: end.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
