import Descent
import Foundation
import Testing

/// Saves that fail during a run: it says so, and what was saved before is whole.
@Suite(.serialized) struct SaveFailureTests {
  private func state(_ folder: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/state.safetensors"))
  }

  /// As on a full disk: no file may be larger than a few kilobytes.
  @Test func noRoom() throws {
    try SmallRun.withCopy { folder in
      let before = try state("\(folder)/run")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.arguments = [
        "-c", "ulimit -f 16; exec '\(Command.url.path)' train --resume run --epochs 3 --quiet",
      ]
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 1)
      #expect(text.contains("run/state.safetensors: cannot be written: File too large"), "\(text)")
      #expect(try state("\(folder)/run") == before)
      let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run")
      #expect(!left.contains { $0.hasSuffix(".part") })
      let resumed = try Command(["train", "--resume", "run", "--epochs", "3", "--quiet"], folder: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")
    }
  }

  @Test func theFolderGoesAway() throws {
    try SmallRun.withCopy { folder in
      let started = try Command.start(
        SmallRun.train.components(separatedBy: " ") + ["--epochs", "1000000", "--out", "new", "--quiet"],
        folder: folder)
      while started.0.isRunning && !FileManager.default.fileExists(atPath: "\(folder)/new/history.csv") {
        usleep(5_000)
      }
      #expect(rename("\(folder)/new", "\(folder)/moved") == 0)
      let result = try Command(started.0, started.1, started.2)
      #expect(result.status == 1 && result.errors.contains("new/"), "\(result.errors)")
      #expect(
        result.errors.contains("No such file or directory") && !result.errors.contains("Fatal"),
        "\(result.errors)")
      let resumed = try Command(["train", "--resume", "moved", "--epochs", "0", "--quiet"], folder: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")
    }
  }

  /// Where permissions bind: root may write anywhere.
  @Test(.enabled(if: getuid() != 0)) func aFolderThatBecomesReadOnly() throws {
    try SmallRun.withCopy { folder in
      let before = try state("\(folder)/run")
      #expect(chmod("\(folder)/run", 0o500) == 0)
      let result = try Command(["train", "--resume", "run", "--epochs", "3", "--quiet"], folder: folder)
      #expect(result.status == 1 && result.errors.contains("Permission denied"), "\(result.errors)")
      #expect(try state("\(folder)/run") == before)
      _ = chmod("\(folder)/run", 0o700)
    }
  }

  /// The state is enough: without the other files the run goes on.
  @Test func onlyTheState() throws {
    try SmallRun.withCopy { folder in
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run")
      where name != "state.safetensors" {
        #expect(unlink("\(folder)/run/\(name)") == 0)
      }
      let resumed = try Command(["train", "--resume", "run", "--epochs", "2"], folder: folder)
      #expect(resumed.status == 0 && resumed.output.contains("mlp:8"), "\(resumed.errors)")
      for name in ["state.safetensors", "config.json"] { #expect(unlink("\(folder)/run/\(name)") == 0) }
      let none = try Command(["train", "--resume", "run"], folder: folder)
      #expect(none.status == 1 && none.errors.contains("run holds no run: there is no run/config.json"))
    }
  }
}
