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
        (["--dataset", good, "--target", "y", "--l2", "-1"], "l2 -1"),
        (["--dataset", good, "--target", "y", "--tolerance", "0"], "--tolerance is 0"),
        (["--dataset", good, "--target", "y", "--max-iterations", "0"], "--max-iterations is 0"),
        (["--dataset", good, "--target", "y", "--family", "gamma"], "poisson"),
        (["--dataset", "csv:\(folder)/none.csv", "--target", "y"], "cannot be read"),
        (["--dataset", "boston", "--target", "y"], "airfoil and csv:FILE"),
        (["--dataset", try file("x,y\n1,1\n2\n"), "--target", "y"], "'' is not a number"),
        (["--dataset", try file("x,y\n1,1\n2,3,4\n"), "--target", "y"], "sample 2: more than 2 cells"),
        (["--dataset", try file("x,y\n1,1\n?,0\n"), "--target", "y"], "'?' is not a number"),
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
