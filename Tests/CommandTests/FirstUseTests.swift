import Descent
import Foundation
import Testing

/// What a first try goes wrong with: names, options, surroundings.
@Suite struct FirstUseTests {
  private func run(_ line: String, environment: [String: String] = [:], folder: String) throws -> Command {
    try Command(line.components(separatedBy: " "), environment: environment, folder: folder)
  }

  // MARK: Names, and options that another makes meaningless

  static let refused: [(line: String, mention: String)] = [
    ("trian", "unknown command 'trian'; did you mean 'train'?"),
    ("eval run", "unknown command 'eval'; did you mean 'evaluate'?"),
    ("optimisers", "unknown command 'optimisers'; did you mean 'optimizers'?"),
    ("train --epoch 3", "unknown option '--epoch'; did you mean '--epochs'?"),
    ("train --momentun 0.9", "unknown option '--momentun'; did you mean '--momentum'?"),
    ("train --wieght-decay=1", "unknown option '--wieght-decay'; did you mean '--weight-decay'?"),
    ("train --optimizer adm", "unknown optimizer 'adm'; did you mean 'adam'?"),
    ("train --dataset fashion_mnist", "unknown data set 'fashion_mnist'; did you mean 'fashion-mnist'?"),
    ("train --model mpl", "unknown model 'mpl'; did you mean 'mlp'?"),
    ("predict run --imags x", "Did you mean '--images'?"),
    ("evaluate run --dataset mnsit", "did you mean 'mnist'?"),
    ("optimizers rmspop", "did you mean 'rmsprop'?"), ("data glyps", "did you mean 'glyphs'?"),
    ("bench --rows mpl/sgd/b1", "did you mean 'mlp/sgd/b1'?"),
    ("newton --function rosenbrok", "unknown function 'rosenbrok'; did you mean 'rosenbrock'?"),
    ("newton --dataset arifoil --target y", "unknown data set 'arifoil'; did you mean 'airfoil'?"),
    ("newton --dataset csv:table.csv --target Y", "has no column 'Y'; did you mean 'y'?"),
    ("train --dataset tabel.csv --target y", "tabel.csv: cannot be read: No such file or directory"),
    ("newton", "descent newton --function NAME"),
    ("train --dataset airfol", "unknown data set 'airfol'; did you mean 'airfoil'?"),
    ("data airfoil", "airfoil is a table: descent train --dataset airfoil"),
    ("train --dataset csv:table.csv", "give --target: one of x, y"),
    ("train --threads -1", "--threads is -1, must be in [0, 256]"),
    ("bench --threads 257", "--threads is 257, must be in [0, 256]"),
    ("train --clip-norm 0", "--clip-norm is 0, must be above 0"),
    ("newton --function rosenbrock --tolerance 0", "--tolerance is 0, must be above 0"),
    (
      "train --resume run --optimizer adam",
      "run is of sgd, which cannot become adam on --resume: start anew with --out"
    ),
    (
      "train --resume run --model mlp:9",
      "run is of mlp:8, which cannot become mlp:9 on --resume: start anew with --out"
    ),
    ("train --resume run --optimizer adm", "unknown optimizer 'adm'; did you mean 'adam'?"),
    ("train --overwrite", "--overwrite is for the run that --out holds"),
    ("train --quiet --log json", "--quiet prints nothing"),
    ("train --data-dir data", "glyphs is drawn and has no files"),
    ("evaluate run --dataset glyphs --data-dir data", "glyphs is drawn and has no files"),
    ("data --data-dir data", "glyphs is drawn and has no files"),
    ("data mnist --data-dir data --preview -1", "--preview is -1, must not be negative"),
    ("predict run --images images --data-dir data", "give one of --images and --data-dir"),
    ("optimizers adam --markdown", "--markdown is about all optimizers"),
  ]

  /// Other bytes than were typed would name another file.
  @Test func argumentsThatAreNoText() throws {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "exec '\(Command.url.path)' train --out \"$(printf 'bad\\377')\""]
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      let (output, errors) = (Pipe(), Pipe())
      (process.standardOutput, process.standardError) = (output, errors)
      try process.run()
      let ended = try Command(process, output, errors)
      #expect(ended.status != 0 && ended.errors.contains("argument 3"), "\(ended.errors)")
      #expect(ended.errors.contains("is not UTF-8"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test(arguments: refused.indices) func whatCannotBeIsRefused(_ index: Int) throws {
    let (line, mention) = Self.refused[index]
    try SmallRun.withCopy { folder in
      let result = try run(line, folder: folder)
      #expect(
        [1, 64].contains(result.status) && result.errors.contains(mention), "\(line): \(result.errors)")
      #expect(result.output.isEmpty)
    }
  }

  // MARK: Surroundings

  /// A server that takes the connection and then says nothing.
  @Test func stalledDownloadsEnd() throws {
    try withTemporaryFolder { folder in
      let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(server) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      try withUnsafeMutablePointer(to: &address) {
        try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          try #require(
            bind(server, $0, size) == 0 && listen(server, 8) == 0 && getsockname(server, $0, &size) == 0)
        }
      }
      let environment = [
        "HOME": folder, "DESCENT_DATA_DIR": "", "DESCENT_DOWNLOAD_TIMEOUT": "1",
        "DESCENT_MIRROR": "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/",
      ]
      let start = ContinuousClock.now
      let result = try run("data mnist", environment: environment, folder: folder)
      #expect(ContinuousClock.now - start < .seconds(30))
      #expect(result.status == 1 && result.errors.contains("train-images-idx3-ubyte.gz"), "\(result.errors)")
      #expect(result.errors.contains("downloading failed: curl: (28)"), "\(result.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.cache/descent/mnist").isEmpty)
      let wrong = environment.merging(["DESCENT_DOWNLOAD_TIMEOUT": "soon"]) { $1 }
      #expect(try run("data mnist", environment: wrong, folder: folder).errors.contains("'soon'"))
    }
  }

  /// Two that start at once download once, and both read it.
  @Test func downloadsAtTheSameTime() throws {
    try withTemporaryFolder { folder in
      try Folder.make("\(folder)/mirror/mnist")
      try AtomicFile.write("wrong", to: "\(folder)/mirror/mnist/train-images-idx3-ubyte.gz")
      let environment = [
        "HOME": folder, "DESCENT_DATA_DIR": "", "DESCENT_MIRROR": "file://\(folder)/mirror/",
      ]
      let running = try (0..<4).map { _ in try Command.start(["data", "mnist"], environment: environment) }
      for (process, output, errors) in running {
        let result = try Command(process, output, errors)
        #expect(result.status == 1 && result.errors.contains("wrong checksum"), "\(result.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.cache/descent/mnist").isEmpty)
    }
  }

  @Test func threadsThatTheEnvironmentAsksFor() throws {
    try withTemporaryFolder { folder in
      #expect(
        try run("doctor", environment: ["DESCENT_THREADS": "3"], folder: folder).output
          .contains("threads      3\n"))
      for line in ["doctor", "newton --function booth"] {
        let wrong = try run(line, environment: ["DESCENT_THREADS": "abc"], folder: folder)
        #expect(wrong.status == 1 && wrong.output.isEmpty, "\(wrong.output)")
        #expect(wrong.errors.contains("DESCENT_THREADS is 'abc', must be a whole number"), "\(wrong.errors)")
      }
    }
  }

  @Test func withoutAHome() throws {
    func cached() -> [String]? { try? FileManager.default.subpathsOfDirectory(atPath: "/.cache/descent") }
    let before = cached()
    try withTemporaryFolder { folder in
      let environment = ["HOME": "", "DESCENT_DATA_DIR": "", "DESCENT_MIRROR": "file:///nowhere/"]
      let result = try run("data mnist", environment: environment, folder: folder)
      #expect(result.status == 1 && result.errors.contains("$HOME is not set"), "\(result.errors)")
      #expect(cached() == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  /// What reaches a terminal.
  private func shown(_ environment: String) throws -> String {
    try SmallRun.withCopy { folder in
      let line = "cd '\(folder)'; \(environment) '\(Command.url.path)' \(SmallRun.train) --epochs 20"
      let script = try #require(Program.run("script", ["-qec", line, "/dev/null"]))
      let text = String(decoding: script.output, as: UTF8.self)
      #expect(script.status == 0 && text.contains("   20   "), "\(text)")
      return text
    }
  }

  @Test func terminalsWithoutEscapesGetNone() throws {
    #expect(try shown("TERM=xterm").contains("\r\u{1B}[K"))
    #expect(try !shown("TERM=dumb").contains("\u{1B}"))
    #expect(try !shown("TERM=").contains("\u{1B}"))
    // Only the cursor is moved: there are no colours to leave out.
    #expect(try !shown("TERM=xterm NO_COLOR=1").contains(/\u{1B}\[[0-9;]*m/))
  }
}
