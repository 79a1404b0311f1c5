import Descent
import DescentCharts
import Foundation
import Testing

/// `descent newton`.
@Suite struct NewtonCommandTests {
  /// The numbers of a table's row.
  private func row(_ name: String, _ output: String) -> [Double] {
    let line = output.split(separator: "\n").first { $0.hasPrefix(name + " ") } ?? ""
    return line.split(separator: " ").dropFirst().compactMap { Double($0) }
  }

  @Test func functionsAreMinimizedAndDrawn() throws {
    try withTemporaryFolder { folder in
      let result = try Command("newton", "--function", "rosenbrock", "--out", "\(folder)/pictures")
      #expect(result.status == 0 && result.output.contains("minimum: the gradient's tolerance is met"))
      #expect(result.output.contains("gradient descent, learning rate 0.005"))
      for name in ["path.png", "path.svg", "convergence.png", "convergence.svg"] {
        let size = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/pictures/\(name)")).count
        #expect(size > 2000, "\(name)")
      }
      let svg = try String(contentsOfFile: "\(folder)/pictures/path.svg", encoding: .utf8)
      #expect(svg.contains("Newton, 22 steps"))
      // More than two variables have no contours; an end that is no minimum is a failure.
      let wood = try Command(
        "newton", "--function", "wood", "--method", "line-search", "--line-search", "more-thuente",
        "--max-iterations", "3", "--out", "\(folder)/wood")
      #expect(wood.status == 1 && wood.output.contains("the limit of iterations is reached"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/wood").count == 2)
    }
  }

  @Test func startsAreTaken() throws {
    try withTemporaryFolder { folder in
      let result = try Command(
        "newton", "--function", "quadratic", "--start", "3, -1", "--lr", "0.4", "--descent-steps", "20",
        "--out",
        folder)
      #expect(row("0", result.output).prefix(2) == [3, -1] && result.output.contains("learning rate 0.4"))
    }
  }

  /// A line by hand: slope 1.97, and residuals whose squares sum to 0.063.
  @Test func regressionsOfFiles() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/line.csv"
      try "x;y;\"kind, of\";w\r\n0;1.1;a;1\r\n1;2.8;b;1\r\n2;5.1;a;2\r\n3;6.9;b;1\r\n".write(
        toFile: path, atomically: true, encoding: .utf8)
      let line = try Command("newton", "--dataset", "csv:\(path)", "--target", "y", "--features", "x")
      let slope = row("x", line.output)
      #expect(line.status == 0 && abs(slope[0] - 1.97) < 1e-5, "\(line.output)\(line.errors)")
      // s^2 = 0.063 / 2, over 5; t with two degrees of freedom.
      #expect(
        abs(slope[1] - (0.063 / 2 / 5).squareRoot()) < 1e-5 && abs(slope[3] - 0.001619) < 1e-5, "\(slope)")
      let classes = try Command(
        "newton", "--dataset", "csv:\(path)", "--target", "kind, of", "--features", "x", "--family",
        "logistic",
        "--l2", "0.5", "--weights", "w")
      #expect(classes.status == 0 && classes.output.contains("b against a"), "\(classes.errors)")
      #expect(classes.output.contains("posterior"))
      let lasso = try Command(
        "newton", "--dataset", "csv:\(path)", "--target", "y", "--features", "x,w", "--l1", "1")
      #expect(lasso.status == 0 && lasso.output.contains("no standard errors"))
      let counts = try Command(
        "newton", "--dataset", "csv:\(path)", "--target", "w", "--features", "x", "--family", "poisson")
      #expect(counts.status == 0 && counts.output.contains("poisson regression of w"))
      let softmax = try Command(
        "newton", "--dataset", "csv:\(path)", "--target", "w", "--features", "x", "--family", "softmax",
        "--l2", "1")
      #expect(softmax.status == 0 && softmax.output.contains("2 against 1"), "\(softmax.errors)")
    }
  }

  @Test func mistakesAreNamed() throws {
    try withTemporaryFolder { folder in
      func file(_ text: String) throws -> String {
        let path = "\(folder)/\(UUID().uuidString).csv"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return "csv:" + path
      }
      let good = try file("x,y\n1,1\n2,0\n3,1\n4,1\n")
      let wrong: [([String], String)] = [
        ([], "one of --dataset and --function"),
        (["--dataset", good, "--function", "beale"], "one of --dataset and --function"),
        (["--dataset", good], "give --target: one of x, y"),
        (["--dataset", good, "--target", "z"], "no column 'z'; it has x, y"),
        (["--dataset", good, "--target", "y", "--features", "y"], "not the target"),
        (["--dataset", good, "--target", "y", "--l2", "-1"], "l2 is -1, must be in [0, inf)"),
        (["--dataset", good, "--target", "y", "--tolerance", "0"], "--tolerance is 0"),
        (["--dataset", good, "--target", "y", "--max-iterations", "0"], "--max-iterations is 0"),
        (["--dataset", good, "--target", "y", "--family", "gamma"], "poisson"),
        (["--dataset", "csv:\(folder)/none.csv", "--target", "y"], "cannot be read"),
        (["--dataset", "boston", "--target", "y"], "airfoil, FILE.csv"),
        (["--dataset", try file("x,y\n1,1\n2\n"), "--target", "y"], "line 3: 1 cell, the first line has 2"),
        (
          ["--dataset", try file("x,y\n1,1\n2,3,4\n"), "--target", "y"],
          "line 3: 3 cells, the first line has 2"
        ),
        (
          ["--dataset", try file("x,y\n\n1,1\n?,0\n"), "--target", "y"],
          "line 4, column x: '?' is not a number; leave the column out with --features"
        ),
        (
          ["--dataset", try file("x,y\n1,1\ninf,0\n"), "--target", "y"],
          "line 3, column x: 'inf' is not a number"
        ),
        (
          ["--dataset", try file("x,y\n1,yes\n2,no\n"), "--target", "y"],
          "line 2, column y: 'yes' is not a number; classes are for --family logistic or softmax"
        ),
        (
          ["--dataset", try file("x,y\n1,yes\n2,no\n"), "--target", "y", "--family", "poisson"],
          "classes are for --family logistic or softmax"
        ),
        (
          ["--dataset", try file("x,y,w\n1,1,a\n2,3,b\n"), "--target", "y", "--weights", "w"],
          "line 2, column w: 'a' is not a number; --weights is for a column of numbers"
        ),
        (
          ["--dataset", try file("x,y\n,1\n2,\n"), "--target", "y", "--drop-missing"],
          "every line has a missing"
        ),
        (["--dataset", good, "--target", "y", "--features", "x,x"], "each once"),
        (["--dataset", good, "--target", "y", "--features", "x", "--weights", "y"], "--weights"),
        (["--dataset", good, "--target", "y", "--data-dir", folder], "--data-dir is for airfoil"),
        (["--dataset", good, "--target", "y", "--method", "dogleg"], "--method goes with --function"),
        (
          ["--dataset", good, "--target", "y", "--start", "1", "--out", "x", "--line-search", "armijo"],
          "--start, --line-search, --out go with --function"
        ),
        (
          ["--dataset", good, "--target", "y", "--lr", "1", "--descent-steps", "3"],
          "--lr, --descent-steps go"
        ),
        (["--function", "beale", "--l2", "1"], "--l2 goes with --dataset"),
        (
          ["--function", "beale", "--target", "y", "--family", "linear", "--no-intercept", "--drop-missing"],
          "--target, --family, --no-intercept, --drop-missing go with --dataset"
        ),
        (["--function", "beale", "--line-search", "armijo"], "--method line-search"),
        (["--dataset", try file("x,y\n1,2\n"), "--target", "y"], "1 sample cannot tell 1 column"),
        (
          ["--dataset", try file("x,y\n1,a\n2,a\n"), "--target", "y", "--family", "softmax"],
          "column y: all targets are 'a'"
        ),
        (
          ["--dataset", try file("x,y\n1,0\n2,0\n"), "--target", "y", "--family", "softmax"],
          "column y: all targets are '0'"
        ),
        (
          ["--dataset", try file("x,y\n1,0.2\n2,0\n3,7\n"), "--target", "y", "--family", "logistic"],
          "line 4, column y: 7"
        ),
        (
          ["--dataset", try file("x,y\n1,a\n2,b\n3,c\n"), "--target", "y", "--family", "logistic"],
          "3 classes, a, b, c"
        ),
        (
          ["--dataset", try file("x,y\n1,0\n2,-3\n"), "--target", "y", "--family", "poisson"],
          "line 3, column y: -3"
        ),
        (
          ["--dataset", try file("x,y,w\n1,0,1\n2,3,-1\n"), "--target", "y", "--weights", "w"],
          "line 3, column w: -1"
        ),
        (["--dataset", try file("x,y\n1,2\n1e200,3\n5,4\n"), "--target", "y"], "('x')"),
        (["--dataset", try file("x,x\n1,1\n"), "--target", "x"], "different names"),
        (["--dataset", try file("x,y\n"), "--target", "y"], "a line of numbers"),
        (
          ["--dataset", try file("x,y\n1,0\n2,0\n3,1\n"), "--target", "y", "--family", "logistic"],
          "separable"
        ),
        (["--dataset", "airfoil", "--data-dir", folder], "airfoil_self_noise.dat"),
        (["--function", "rosenbrok"], "rosenbrock"), (["--function", "beale", "--start", "1"], "2 numbers"),
        (["--function", "beale", "--lr", "0"], "--lr is 0"),
        (["--function", "beale", "--descent-steps", "0"], "--descent-steps is 0"),
        (["--function", "beale", "--out", "/dev/null/x"], "cannot be made"),
      ]
      for (arguments, mention) in wrong {
        let (process, output, errors) = try Command.start(["newton"] + arguments)
        let result = try Command(process, output, errors)
        #expect(result.status != 0 && result.errors.contains(mention), "\(arguments): \(result.errors)")
      }
    }
  }

  /// A cell without a value is a mistake, with its place, until lines may be left out.
  @Test(arguments: zip(["", "NA", "NaN", "null"], ["linear", "logistic", "poisson", "softmax"]))
  func missingValues(_ missing: String, _ family: String) throws {
    try withTemporaryFolder { folder in
      let lines = (0..<12).map { "\($0 * 5 % 12),\($0 * $0 % 7),\(($0 * 7 % 5) % 2),1" }
      func run(_ column: String, _ extra: [String]) throws -> Command {
        let path = "\(folder)/data.csv"
        let row = ["x", "z", "y", "w"].map { $0 == column ? missing : "1" }.joined(separator: ",")
        // A quoted cell over two lines: places are the file's.
        let text = ["x,z,y,w,note", "0,1,1,1,\"a\nb\"", row + ","] + lines.map { $0 + ",c" }
        try text.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        let (process, output, errors) = try Command.start(
          [
            "newton", "--dataset", "csv:\(path)", "--target", "y", "--features", "x,z", "--weights", "w",
            "--l2", "1",
            "--family", family,
          ] + extra)
        return try Command(process, output, errors)
      }
      for column in ["x", "z", "y", "w"] {
        let result = try run(column, [])
        #expect(result.status != 0 && result.output.isEmpty, "\(result.output)")
        #expect(result.errors.contains("line 4, column \(column): the value is missing"), "\(result.errors)")
        let dropped = try run(column, ["--drop-missing"])
        #expect(dropped.status == 0, "\(dropped.errors)")
        #expect(
          dropped.output.contains("13 samples")
            && dropped.output.contains("1 line with missing values left out"))
      }
    }
  }

  /// Two proportions are no classes; other pairs are, and it is said which is which.
  @Test func logisticTargets() throws {
    try withTemporaryFolder { folder in
      func run(_ text: String, _ more: String...) throws -> Command {
        let path = "\(folder)/\(UUID().uuidString).csv"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let (process, output, errors) = try Command.start(
          ["newton", "--dataset", "csv:\(path)", "--target", "y", "--family", "logistic"] + more)
        return try Command(process, output, errors)
      }
      let doses = try run("dose,n,y\n1,40,.25\n\n2,40,.75\n3,10,.25\n4,5,.75\n", "--weights", "n")
      #expect(doses.status == 0 && doses.output.contains("targets are proportions"), "\(doses.errors)")
      #expect(abs(row("dose", doses.output)[0] - 0.633135) < 1e-5, "\(doses.output)")
      // The same from the single trials.
      let trials = [(1, 10, 30), (2, 30, 10), (3, 2.5, 7.5), (4, 3.75, 1.25)]
      let single = try run(
        "dose,y,w\n" + trials.map { "\($0.0),1,\($0.1)\n\($0.0),0,\($0.2)\n" }.joined(), "--weights", "w")
      #expect(
        single.output.contains("1 against 0") && row("dose", single.output) == row("dose", doses.output))
      for (low, high) in [("1", "2"), ("-1", "1"), ("no", "yes"), ("0", "yes"), ("1.0", "2e0"), ("0.5", "2")]
      {
        let classes = try run("x,y\n1,\(low)\n2,\(high)\n3,\(low)\n4,\(high)\n")
        let names = ["1.0": "1", "2e0": "2"]
        #expect(
          classes.output.contains("\(names[high] ?? high) against \(names[low] ?? low)"),
          "\(classes.output)\(classes.errors)")
        #expect(!classes.output.contains("proportions") && row("x", classes.output)[0] > 0)
      }
      for text in ["0,.5,1", ".5,1,.5"] {
        let shares = text.split(separator: ",").enumerated().map { "\(($0.offset * 2) % 3),\($0.element)\n" }
          .joined()
        #expect(try run("x,y\n" + shares, "--l2", "1").output.contains("targets are proportions"))
      }
    }
  }

  @Test func aConstantTargetHasNoSlopes() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/constant.csv"
      try "x,y\n1,0.1\n2,0.1\n4,0.1\n7,0.1\n".write(toFile: path, atomically: true, encoding: .utf8)
      let result = try Command("newton", "--dataset", "csv:\(path)", "--target", "y")
      #expect(result.status == 0 && row("x", result.output) == [0, 0], "\(result.output)")
      #expect(row("(intercept)", result.output) == [0.1, 0] && result.output.contains("the fit is exact"))
      #expect(!result.output.contains("1e-300"))
    }
  }

  @Test func theAirfoilTable() throws {
    guard let folder = ProcessInfo.processInfo.environment["DESCENT_DATA_DIR"],
      FileManager.default.fileExists(atPath: "\(folder)/airfoil/airfoil_self_noise.dat")
    else {
      print("skipped: $DESCENT_DATA_DIR has no airfoil/airfoil_self_noise.dat")
      return
    }
    let result = try Command("newton", "--dataset", "airfoil")
    // statsmodels' OLS on the same file.
    let frequency = row("frequency", result.output)
    #expect(result.status == 0 && abs(frequency[0] / -1.28221e-03 - 1) < 1e-5, "\(result.errors)")
    #expect(abs(frequency[1] / 4.21055e-05 - 1) < 1e-5 && result.output.contains("6.422e-159"))
  }
}
