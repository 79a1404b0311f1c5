import Descent
import Foundation
import Testing

/// Where the command prints, what it prints must arrive.
@Suite struct StandardOutputTests {
  /// Every command that prints. A new one gets its row.
  static let printing = [
    "predict run", "predict run --out /dev/stdout", "evaluate run", "evaluate run --log json",
    "newton --function beale --out pictures", "newton --dataset csv:table.csv --target y",
    SmallRun.train, "\(SmallRun.train) --log json", "bench --rows linreg/sgd/b10",
    "bench --rows linreg/sgd/b10 --json",
    "optimizers", "optimizers adam", "optimizers --markdown", "data mnist --data-dir data --preview 1",
    "doctor",
    "version", "--version", "--help", "help train", "train --help", "--generate-completion-script bash",
  ]

  @Test(arguments: printing) func aFullDiskIsAnError(_ line: String) throws {
    try SmallRun.withCopy { folder in
      let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
      let result = try Command(line.components(separatedBy: " "), folder: folder, into: full)
      #expect(result.status == 1, "\(line): \(result.status)")
      #expect(result.errors.hasSuffix("No space left on device\n"), "\(line): \(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(line): \(result.errors)")
    }
  }

  /// What was learnt is saved before it is printed.
  @Test func aFullDiskLosesNothing() throws {
    try SmallRun.withCopy { folder in
      // The header still fits, the first epoch's line does not.
      let arguments = SmallRun.train.components(separatedBy: " ") + ["--out", "new", "--log", "json"]
      let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
      #expect(try Command(arguments, folder: folder, into: full).status == 1)
      let resumed = try Command(["train", "--resume", "new", "--epochs", "2"], folder: folder)
      #expect(resumed.status == 0 && resumed.output.contains("\n    2 "), "\(resumed.errors)")
      #expect(try Command(["evaluate", "new"], folder: folder).status == 0)
    }
  }

  @Test func aClosedPipeEndsQuietly() throws {
    // The second shell has its children ignore SIGPIPE, as some parents do.
    for prefix in ["", "trap '' PIPE; "] {
      let command = Command.url.path
      // Late enough for nobody to be listening any more.
      let script =
        "\(prefix){ sleep 1; '\(command)' optimizers --markdown; echo \"ended with $?\" >&2; } | true"
      let shell = try #require(Program.run("bash", ["-c", script]))
      #expect(shell.errors == "ended with 141\n", "\(shell.errors)")
    }
  }

  @Test func aClosedOutputIsAnError() throws {
    try SmallRun.withCopy { folder in
      let script = "cd '\(folder)'; '\(Command.url.path)' predict run >&-"
      let shell = try #require(Program.run("bash", ["-c", script]))
      #expect(
        shell.status == 1 && shell.errors.contains("standard output: Bad file descriptor"), "\(shell.errors)")
    }
  }

  /// Nobody is left to tell; the work is done all the same.
  @Test func fullErrorsDoNoHarm() throws {
    try SmallRun.withCopy { folder in
      let script = "cd '\(folder)'; '\(Command.url.path)' \(SmallRun.train) --out new 2>/dev/full"
      let shell = try #require(Program.run("bash", ["-c", script]))
      #expect(shell.status == 0 && access("\(folder)/new/model.safetensors", F_OK) == 0)
    }
  }

  /// A pipe that does not wait, as a neighbour may leave it.
  @Test func outputThatIsNotWaitedFor() throws {
    let ends = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
    defer { ends.deallocate() }
    #expect(pipe(ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let writing = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    let (process, output, errors) = try Command.start(["optimizers", "--markdown"], into: writing)
    try writing.close()
    usleep(300_000)
    let text = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true).readDataToEndOfFile()
    let result = try Command(process, output, errors)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try String(decoding: text, as: UTF8.self) == Command("optimizers", "--markdown").output)
  }

  // MARK: Files that are printed into

  @Test func predictionsGoWhereTheyAreSent() throws {
    try SmallRun.withCopy { folder in
      func predict(_ out: String) throws -> Command {
        try Command(["predict", "run", "--images", "images", "--out", out], folder: folder)
      }
      let expected = try Command(["predict", "run", "--images", "images"], folder: folder).output
      func contents(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      }
      try Data("old".utf8).write(to: URL(fileURLWithPath: "\(folder)/private.csv"))
      chmod("\(folder)/private.csv", 0o600)
      symlink("private.csv", "\(folder)/link.csv")
      #expect(try predict("link.csv").status == 0)
      #expect(try contents("private.csv") == expected)
      var status = stat()
      #expect(lstat("\(folder)/link.csv", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(stat("\(folder)/private.csv", &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(try predict("/dev/stdout").output == expected)
      for (out, mention) in [
        ("run", "it is a folder"), ("none/x", "No such file"), ("/dev/full", "No space left"),
      ] {
        let refused = try predict(out)
        #expect(
          refused.status == 1 && refused.errors.contains("\(out): cannot be written: \(mention)"),
          "\(refused.errors)")
      }
      let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
        $0.contains(".part")
      }
      #expect(leftovers.isEmpty)
    }
  }

  /// A run's files too: here the model is kept elsewhere, and is nobody else's business.
  @Test func runsKeepLinksAndPermissions() throws {
    try SmallRun.withCopy { folder in
      rename("\(folder)/run/model.safetensors", "\(folder)/kept")
      symlink("../kept", "\(folder)/run/model.safetensors")
      for name in ["kept", "run/state.safetensors", "run/loss.png", "run/history.csv"] {
        chmod("\(folder)/\(name)", 0o600)
      }
      let before = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/kept"))
      let resumed = try Command(["train", "--resume", "run", "--epochs", "2"], folder: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/kept")) != before)
      var status = stat()
      for name in ["kept", "run/state.safetensors", "run/loss.png", "run/history.csv"] {
        #expect(lstat("\(folder)/\(name)", &status) == 0 && status.st_mode == S_IFREG | 0o600, "\(name)")
      }
    }
  }
}
