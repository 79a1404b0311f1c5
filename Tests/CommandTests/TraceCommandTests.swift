import Descent
import Foundation
import Testing

/// `descent trace`.
@Suite struct TraceCommandTests {
  private static let formula = ["--formula", "0.1 x1^2 + 2 x2^2"]

  private func trace(_ arguments: [String]) throws -> Command {
    let (process, output, errors) = try Command.start(["trace"] + arguments)
    return try Command(process, output, errors)
  }

  private func size(_ path: String) throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }

  @Test func aTableAndPictures() throws {
    try withTemporaryFolder { folder in
      let result = try trace(
        Self.formula + ["--lr", "0.6", "--momentum=0.5", "--animate", "--out", "\(folder)/a"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("sgd (lr=0.6, momentum=0.5)"))
      let lines = result.output.split(separator: "\n")
      let cells = lines.first { $0.hasPrefix("1 ") }?.split(separator: " ").compactMap { Double($0) }
      #expect(cells?[1] == -4.4 && cells?[2] == 2.8, "\(result.output)")
      #expect(try size("\(folder)/a/trace.png") > 20_000 && size("\(folder)/a/trace.gif") > 10_000)
      let svg = try String(contentsOfFile: "\(folder)/a/trace.svg", encoding: .utf8)
      for text in ["0.1 x1^2 + 2 x2^2", "20 steps from (-5, -2)", "start", "end", "minimum", "value"] {
        #expect(svg.contains(text), "\(text)")
      }
      // The last frame stands longer.
      let gif = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a/trace.gif")))
      let starts = gif.indices.dropLast(8).filter {
        gif[$0..<$0 + 3] == [0x21, 0xf9, 0x04] && gif[$0 + 8] == 0x2c
      }
      let delays = starts.map { Int(gif[$0 + 4]) + 256 * Int(gif[$0 + 5]) }
      #expect(
        delays.count > 15 && delays.last == 150 && delays.dropLast().allSatisfy { $0 == 15 }, "\(delays)")
    }
  }

  @Test func severalRules() throws {
    try withTemporaryFolder { folder in
      let arguments = [
        "sgd(lr=0.4)", "adagrad(lr=2, eps=1e-6, epsilon_placement=inside)", "adam", "--lr", "0.5", "--beta1",
        "0.8", "--quadratic", "0.2,4", "--rotate", "45", "--steps", "5",
      ]
      for extra in [[], ["--grid"]] {
        let result = try trace(arguments + extra + ["--out", folder])
        #expect(result.status == 0, "\(result.errors)")
        for name in [
          "sgd (lr=0.4)", "adagrad (lr=2, eps=1e-06, epsilon_placement=inside)", "adam (lr=0.5, beta1=0.8)",
        ] {
          #expect(result.output.contains(name), "\(result.output)")
          #expect(
            try String(contentsOfFile: "\(folder)/trace.svg", encoding: .utf8).contains(name), "\(name)")
        }
      }
    }
  }

  @Test func allPointsAsCSV() throws {
    let result = try trace(
      Self.formula + ["--lr", "0.4", "--csv", "--steps", "100", "--schedule", "exponential(0.9)"])
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0 && lines.count == 102, "\(result.errors)")
    #expect(
      lines[0] == "rule,step,x1,x2,value,learning_rate" && lines[1].hasPrefix("\"sgd (lr=0.4)\",0,-5.0,-2.0,")
    )
    #expect(
      lines[1].hasSuffix(",") && lines[2].hasSuffix(",0.4") && lines[3].hasSuffix(",0.36000000000000004"))
    #expect(!FileManager.default.fileExists(atPath: "descent-trace"))
  }

  @Test func noiseHasASeed() throws {
    func run(_ seed: String...) throws -> String {
      try trace(Self.formula + ["sgd", "sgd", "--noise", "1", "--csv"] + seed).output
    }
    let (first, second) = (try run("--seed", "3"), try run("--seed", "4"))
    #expect(first == (try run("--seed", "3")) && first != second && first.count > 500)
    // All rules meet the same noise.
    let lines = first.split(separator: "\n").dropFirst()
    #expect(lines.prefix(21) == lines.suffix(21))
  }

  /// What there is is drawn, and it is said where it left.
  @Test func divergence() throws {
    try withTemporaryFolder { folder in
      let grows = try trace(Self.formula + ["--lr", "0.6", "--out", folder])
      #expect(grows.status == 0 && grows.output.contains("lowest at step 0: (-5, -2)"), "\(grows.output)")
      #expect(grows.output.contains("leaves the picture at step"))
      let bursts = try trace(["--formula", "x1^4 + x2^4", "--lr", "1", "--out", folder])
      #expect(bursts.status == 0 && bursts.output.contains("diverged: step "), "\(bursts.output)")
      #expect(bursts.output.contains("beyond what numbers can hold"))
      #expect(try size("\(folder)/trace.png") > 5_000)
    }
  }

  @Test(arguments: TestFunction.all.filter { $0.start.count == 2 }.map(\.name)) func testFunctions(
    _ name: String
  ) throws {
    try withTemporaryFolder { folder in
      let result = try trace(["adam", "--lr", "0.01", "--function", name, "--out", folder])
      #expect(result.status == 0, "\(result.errors)")
      #expect(try size("\(folder)/trace.png") > 5_000)
    }
  }

  @Test func mistakesAreNamed() throws {
    let wrong: [([String], String)] = [
      ([], "give one of --function, --formula and --quadratic"),
      (Self.formula + ["--function", "beale"], "give one of"),
      (["--function", "rosenbrok"], "did you mean 'rosenbrock'"),
      (["--function", "wood"], "wood has 4 variables"),
      (["--formula", "x1^2 +"], "at its end: a number, a variable"),
      (["--formula", "sni(x)"], "did you mean 'sin'"), (["--formula", "3"], "has no variable"),
      (["--formula", "x3^2"], "has x3, and a picture only x1 and x2"),
      (["--formula", "floor(x)"], "no derivative"),
      (["--formula", "log(x) + y", "--start", "-1,0"], "at the start, (-1, 0)"),
      (["--quadratic", "1"], "2 or 3 numbers"),
      (["--quadratic", "1,2,3", "--rotate", "4"], "is a matrix here"),
      (Self.formula + ["--rotate", "4"], "--rotate goes with --quadratic"),
      (Self.formula + ["--start", "1"], "2 numbers separated by commas"),
      (Self.formula + ["--start", "1,inf"], "2 numbers separated by commas"),
      (Self.formula + ["--steps", "0"], "--steps is 0"), (Self.formula + ["--steps", "-3"], "--steps is -3"),
      (Self.formula + ["--noise", "-1"], "--noise is -1"), (Self.formula + ["--noise", "nan"], "--noise is"),
      (Self.formula + ["--seed", "1"], "--seed is that of --noise"),
      (Self.formula + ["sdg"], "did you mean 'sgd'"), (Self.formula + ["muon"], "muon"),
      (Self.formula + ["sgd(lr=0.1"], "has no ')'"), (Self.formula + ["sgd(rl=0.1)"], "did you mean 'lr'"),
      (Self.formula + ["sgd(lr=x)"], "sgd's lr needs a number"),
      (Self.formula + ["sgd(lr=1,lr=2)"], "lr twice"),
      (Self.formula + ["--lr", "-1"], "lr is -1"), (Self.formula + ["--lr"], "--lr needs a number"),
      (Self.formula + ["--momentun", "0.9"], "did you mean '--momentum'"),
      (Self.formula + ["--stpes", "3"], "did you mean '--steps'"),
      (Self.formula + ["--schedule", "exponentail(0.9)"], "did you mean"),
      (Self.formula + ["--window", "1,0,0,1"], "must be below its largest"),
      (Self.formula + ["--window", "0,1"], "4 numbers"),
      (Self.formula + ["--csv", "--grid"], "--grid is about pictures"),
      (Self.formula + ["--out", "/dev/null/x"], "cannot be made"),
    ]
    for (arguments, mention) in wrong {
      let result = try trace(arguments)
      #expect(result.status != 0 && result.errors.contains(mention), "\(arguments): \(result.errors)")
    }
  }
}
