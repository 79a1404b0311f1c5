import Descent
import Foundation
import Testing

/// A run's folder: one writer, old runs that stay until there is something better, advice that works; and how runs end.
@Suite(.serialized) struct RunFolderTests {
  private func arguments(_ data: String, _ out: String, _ more: [String] = []) -> [String] {
    [
      "train", "--dataset", "mnist", "--data-dir", data, "--model", "mlp:8", "--epochs", "2", "--out", out,
    ] + more
  }

  private func run(_ arguments: [String]) throws -> Command {
    let (process, output, errors) = try Command.start(arguments)
    return try Command(process, output, errors)
  }

  /// A run that goes on until it is stopped, in its training.
  private func start(_ data: String, _ out: String, _ more: [String] = []) throws -> (Process, Pipe, Pipe) {
    let started = try Command.start(arguments(data, out, ["--epochs", "1000000"] + more))
    while started.0.isRunning && !FileManager.default.fileExists(atPath: "\(out)/state.safetensors") {
      usleep(5_000)
    }
    return started
  }

  private func contents(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) })
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  // MARK: Signals

  /// Whatever asks for the end: the step is finished, what is done is saved, and the shell is told which it was.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func signalsSave(_ signal: Int32) throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/a run"
      let (process, output, errors) = try start(folder, out)
      kill(process.processIdentifier, signal)
      let result = try Command(process, output, errors)
      #expect(result.status == 128 + signal && process.terminationReason == .exit, "\(result.errors)")
      #expect(result.errors.contains("go on with: descent train --resume '\(out)'"), "\(result.errors)")
      let rows =
        try String(contentsOfFile: "\(out)/history.csv", encoding: .utf8).split(separator: "\n").count - 1
      // The advice, as a shell takes it.
      let advice = try #require(result.errors.split(separator: "\n").last { $0.contains("go on with: ") })
      let words = try #require(advice.split(separator: "go on with: descent ").last)
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["-c", "'\(Command.url.path)' \(words) --epochs \(rows + 1) --quiet"]
      try shell.run()
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 0)
      #expect(
        try String(contentsOfFile: "\(out)/history.csv", encoding: .utf8).split(separator: "\n").count == rows
          + 2)
    }
  }

  /// nohup's wish is respected.
  @Test func hangUpsMayBeIgnored() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments =
        [
          "-c", "trap '' HUP; exec '\(Command.url.path)' \"$@\"", "sh",
        ] + arguments(folder, "\(folder)/run", ["--epochs", "300", "--quiet"])
      try process.run()
      while process.isRunning && !FileManager.default.fileExists(atPath: "\(folder)/run/state.safetensors") {
        usleep(1_000)
      }
      kill(process.processIdentifier, SIGHUP)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
  }

  // MARK: Locks

  @Test func twoRunsInOneFolder() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      let (process, output, errors) = try start(folder, out)
      for more in [["--out", out, "--overwrite"], ["--resume", out]] {
        let second = try run(["train", "--dataset", "mnist", "--data-dir", folder] + more)
        #expect(second.status == 1)
        #expect(
          second.errors.contains("\(out): another run, process \(process.processIdentifier), is writing"),
          "\(second.errors)")
      }
      kill(process.processIdentifier, SIGTERM)
      _ = try Command(process, output, errors)
      #expect(!FileManager.default.fileExists(atPath: "\(out)/.lock"))
      #expect(try run(["train", "--resume", out, "--epochs", "0"]).status == 0)
    }
  }

  /// What a run that was killed left neither locks the folder nor stays in it.
  @Test func killedRunsLeaveNothingForEver() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      let (process, output, errors) = try start(folder, out)
      kill(process.processIdentifier, SIGKILL)
      _ = try Command(process, output, errors)
      let parts = [
        "model.safetensors.99.part", "config.json.1.part", "loss.png.7.part",
      ]
      for name in parts + ["mine.part"] { try write("", "\(out)/\(name)") }
      let resumed = try run(["train", "--resume", out, "--epochs", "0"])
      #expect(resumed.status == 0, "\(resumed.errors)")
      let left = try contents(out).keys
      #expect(left.contains("mine.part") && !parts.contains(where: left.contains) && !left.contains(".lock"))
    }
  }

  // MARK: Old runs

  @Test func overwritingKeepsTheOldRunUntilThereIsANewOne() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      #expect(try run(arguments(folder, out)).status == 0)
      let before = try contents(out)
      let failed = try run(
        arguments(folder, out, ["--overwrite", "--lr", "1e30", "--batch-size", "64", "--model", "mlp:9"]))
      #expect(failed.status == 1 && failed.errors.contains("diverged"), "\(failed.errors)")
      #expect(try contents(out) == before)
      let replaced = try run(arguments(folder, out, ["--overwrite", "--model", "mlp:9"]))
      #expect(replaced.status == 0, "\(replaced.errors)")
      let after = try contents(out)
      #expect(Set(after.keys) == Set(before.keys) && after.allSatisfy { before[$0.key] != $0.value })
    }
  }

  /// A run's files are regular ones: a pipe would wait for a reader.
  @Test(arguments: ["model.safetensors", "history.csv"]) func aPipeInARunsFolder(_ name: String) throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      #expect(try run(arguments(folder, out)).status == 0)
      #expect(unlink("\(out)/\(name)") == 0 && mkfifo("\(out)/\(name)", 0o600) == 0)
      let resumed = try run(["train", "--resume", out, "--epochs", "3"])
      #expect(
        resumed.status == 1
          && resumed.errors.contains(
            "\(out)/\(name): cannot be replaced: it is a named pipe, must be a regular file"),
        "\(resumed.errors)")
    }
  }

  /// A save that was cut short is finished before the folder is read: here of another run's.
  @Test(arguments: ["evaluate", "resume"]) func aSaveCutShortIsFinished(_ reader: String) throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let (out, other) = ("\(folder)/run", "\(folder)/other")
      #expect(try run(arguments(folder, out)).status == 0)
      #expect(try run(arguments(folder, other, ["--model", "mlp:9", "--seed", "3"])).status == 0)
      let expected = try contents(other)
      let names = ["state.safetensors", "model.safetensors", "history.csv", "config.json"]
      for name in names { #expect(rename("\(other)/\(name)", "\(out)/\(name).9.part") == 0) }
      try write(names.map { "+\t\($0)\t\($0).9.part" }.joined(separator: "\n"), "\(out)/.save")
      #expect(rename("\(out)/state.safetensors.9.part", "\(out)/state.safetensors") == 0)
      let command = reader == "evaluate" ? ["evaluate", out] : ["train", "--resume", out, "--epochs", "0"]
      let result = try run(command)
      #expect(result.status == 0, "\(result.errors)")
      let after = try contents(out)
      for name in names.dropLast() { #expect(after[name] == expected[name], "\(name)") }
      #expect(String(decoding: try #require(after["config.json"]), as: UTF8.self).contains("mlp:9"))
    }
  }

  @Test func aFailedResumeLeavesTheFolder() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      #expect(try run(arguments(folder, out)).status == 0)
      let before = try contents(out)
      let failed = try run(["train", "--resume", out, "--epochs", "3", "--lr", "1e30", "--batch-size", "7"])
      #expect(failed.status == 1 && failed.errors.contains("diverged"), "\(failed.errors)")
      #expect(failed.errors.contains("--lr") && failed.errors.contains("--clip-norm, --clip-value"))
      #expect(try contents(out) == before)
      let resumed = try run(["train", "--resume", out, "--epochs", "3", "--lr", "0.01", "--batch-size", "7"])
      #expect(resumed.status == 0, "\(resumed.errors)")
      let config = String(decoding: try #require(contents(out)["config.json"]), as: UTF8.self)
      #expect(config.contains("\"lr\" : 0.01") && config.contains("\"batch_size\" : 7"))
      // What the run does is what it says it does.
      let again = try run(["train", "--resume", out, "--epochs", "4"])
      #expect(again.output.contains("sgd, lr 0.01, batch 7"), "\(again.output)")
    }
  }

  /// `--resume` is advised where there is something to go on from.
  @Test func adviceThatWorks() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      try write("{}", "\(out)/config.json")
      let half = try run(arguments(folder, out))
      #expect(half.status == 1 && half.errors.contains("replace it with --overwrite"), "\(half.errors)")
      #expect(!half.errors.contains("--resume"))
      #expect(try run(arguments(folder, out, ["--overwrite"])).status == 0)
      let whole = try run(arguments(folder, out))
      #expect(whole.errors.contains("continue that run with --resume \(out)"), "\(whole.errors)")
      try FileManager.default.removeItem(atPath: "\(out)/state.safetensors")
      let resumed = try run(["train", "--resume", out])
      #expect(
        resumed.status == 1
          && resumed.errors.contains(
            "has no state.safetensors to go on from: start anew with --out \(out) --overwrite"),
        "\(resumed.errors)")
      let history = try run(
        arguments(folder, "\(folder)/lbfgs", ["--optimizer", "lbfgs", "--lr", "1e30", "--batch-size", "64"]))
      #expect(
        history.status == 1 && history.errors.contains("Lower the learning rate (--lr).")
          && !history.errors.contains("clip"), "\(history.errors)")
    }
  }

  // MARK: In the midst of an epoch

  /// To add one: options, and why the epoch begins anew; nil where it goes on.
  static let changes: [(options: [String], notice: String?)] = [
    (["--seed", "5"], "its random order came from the seed 0, not from 5"),
    (["--no-shuffle"], "it began shuffled, and is in order now"),
    (["--data-dir", "SMALLER"], "it began with 64 samples, there are 48 now"),
    (["--dataset", "fashion-mnist"], "it began with the data set mnist"),
    (["--batch-size", "5"], nil), (["--batch-size", "64"], nil), (["--lr", "0.1"], nil),
  ]

  /// What cannot change in the midst of an epoch begins it anew, and says so.
  @Test(arguments: changes.indices) func changesInTheMidstOfAnEpoch(_ index: Int) throws {
    let (options, notice) = Self.changes[index]
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let smaller = "\(folder)/smaller"
      try FileManager.default.createDirectory(atPath: smaller, withIntermediateDirectories: true)
      try writeSmallDataset(smaller, training: 48, test: 10)
      let out = "\(folder)/run"
      #expect(try run(arguments(folder, out)).status == 0)
      // As if stopped after half of the third epoch.
      var (state, metadata) = try SafeTensors.read("\(out)/state.safetensors")
      state["trainer.counts"] = Tensor([2, 32, 2, 128, 32, 8].map(Int64.init))
      try SafeTensors.write(state, metadata: metadata, to: "\(out)/state.safetensors")
      let result = try run(
        ["train", "--resume", out, "--epochs", "3"] + options.map { $0 == "SMALLER" ? smaller : $0 })
      #expect(result.status == 0, "\(result.errors)")
      if let notice {
        #expect(result.errors.contains("descent: epoch 3 begins anew: \(notice)"), "\(result.errors)")
      } else {
        #expect(!result.errors.contains("anew"), "\(result.errors)")
      }
      let counts = try #require(SafeTensors.read("\(out)/state.safetensors").tensors["trainer.counts"])
        .doubles
      #expect(counts.prefix(4) == [3, 0, 0, options.contains("SMALLER") ? 176 : 192])
    }
  }
}
