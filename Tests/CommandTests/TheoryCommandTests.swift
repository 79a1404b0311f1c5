import Foundation
import Testing

/// `descent theory`.
@Suite struct TheoryCommandTests {
  private func theory(_ arguments: [String]) throws -> Command { try Command(["theory"] + arguments) }

  /// The cells of the row that begins with these.
  private func row(_ output: String, _ start: String...) -> [String]? {
    output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.first {
      $0.starts(with: start)
    }
  }

  @Test func rates() throws {
    let result = try theory(["rates"])
    #expect(result.status == 0, "\(result.errors)")
    // 0.99^20, by formula and by SGD.
    #expect(row(result.output, "0.1", "0.01")?.suffix(2) == ["0.817907", "0.817907"], "\(result.output)")
    #expect(row(result.output, "19", "1.9")?.suffix(2) == ["0.121577", "0.121577"], "\(result.output)")
    #expect(result.output.contains("condition number, largest / smallest: 190"))
    #expect(result.output.contains("(1 - eta lambda)^t") && result.output.contains("source: Zhang"))
    let grows = try theory(["rates", "--eigenvalues", "10,21,20", "--steps", "5000"])
    #expect(grows.status == 0 && row(grows.output, "21")?.contains("grows") ?? false, "\(grows.output)")
    #expect(
      row(grows.output, "20")?.contains("stays") ?? false
        && row(grows.output, "10")?.contains("there") ?? false)
  }

  @Test func momentum() throws {
    let result = try theory(["momentum"])
    #expect(result.status == 0, "\(result.errors)")
    for (beta, sum, bound) in [
      ("0.95", "20", "3.9"), ("0.9", "10", "3.8"), ("0.6", "2.5", "3.2"), ("0", "1", "2"),
    ] {
      #expect(row(result.output, beta)?.suffix(2) == [sum, bound], "\(result.output)")
    }
    #expect(
      row(result.output, "0.9", "0.9")?.prefix(5) == ["0.9", "0.9", "1", "-0.09", "0.9"], "\(result.output)")
    let far = try theory(["momentum", "--lr", "2.1"])
    #expect(
      row(far.output, "0", "0")?.last == "no" && row(far.output, "0.6", "0.6")?.last == "yes", "\(far.output)"
    )
  }

  @Test func bounds() throws {
    let result = try theory(["sgd", "--steps", "30", "--repeats", "4", "--points", "10"])
    #expect(result.status == 0, "\(result.errors)")
    let cells = row(result.output, "30")?.compactMap(Double.init) ?? []
    #expect(cells.count == 7, "\(result.output)")
    for index in [1, 3, 5] where cells.count == 7 {
      #expect(cells[index + 1] <= cells[index], "\(result.output)")
    }
    #expect(result.output.contains("Jensen") && result.output.contains("Markov"))
    #expect(try theory(["sgd", "--steps", "30", "--repeats", "4", "--points", "10"]).output == result.output)
  }

  @Test func sampling() throws {
    let result = try theory(["sampling", "--samples", "10,1000", "--repeats", "50"])
    #expect(result.status == 0 && result.output.contains("0.632") && result.output.contains("0.368"))
    let cells = row(result.output, "1000")?.compactMap(Double.init) ?? []
    #expect(cells.count == 7, "\(result.output)")
    if cells.count == 7 {
      #expect(abs(cells[1] - 0.632305) < 1e-6 && abs(cells[2] - cells[1]) < 0.01 && cells[3] == 1)
      #expect(abs(cells[4] - 0.368063) < 1e-6 && abs(cells[5] - cells[4]) < 0.01 && cells[6] == 1)
    }
    #expect(row(result.output, "infinity")?[1] == "0.632121")
  }

  @Test func variance() throws {
    let result = try theory(["variance", "--samples", "40", "--batch-sizes", "1,4,40", "--repeats", "60"])
    #expect(result.status == 0, "\(result.errors)")
    let (one, four) = (
      row(result.output, "1")?.compactMap(Double.init), row(result.output, "4")?.compactMap(Double.init)
    )
    if let one, let four, one.count == 5, four.count == 5 {
      #expect(abs(one[1] / four[1] - 2) < 1e-4 && abs(four[2] / four[1] - 1) < 0.2, "\(result.output)")
    } else {
      Issue.record("\(result.output)")
    }
    #expect(row(result.output, "40")?[3] == "0")
  }

  @Test func preconditioning() throws {
    let straight = try theory(["preconditioning", "--matrix", "0.2,0;0,4"])
    #expect(
      straight.status == 0 && row(straight.output, "Q", "0.2")?[3] == "20",
      "\(straight.output)\(straight.errors)")
    #expect(straight.output.contains("Gerschgorin"))
    let turned = try theory(["preconditioning", "--matrix", "4.2,-3.8;-3.8,4.2"])
    let after = row(turned.output, "preconditioned")
    #expect(after?.count == 6 && after?[3] == "20", "\(turned.output)")
  }

  @Test func conditioning() throws {
    let result = try theory(["conditioning", "--conditions", "1,100", "--factor", "1e-3"])
    #expect(result.status == 0, "\(result.errors)")
    let cells = row(result.output, "100")?.compactMap(Double.init) ?? []
    #expect(cells.count == 12, "\(result.output)")
    if cells.count == 12 {
      #expect(abs(cells[2] - 99.0 / 101) < 1e-5 && abs(cells[3] / cells[4] - 1) < 0.15)
      #expect(abs(cells[6] - (9.0 / 11) * (9.0 / 11)) < 1e-5 && cells[9] < 100 && cells[11] == 100)
    }
  }

  @Test func saddles() throws {
    let result = try theory(["saddles"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(row(result.output, "sgd", "(lr=0.05)")?.contains("stuck") ?? false, "\(result.output)")
    #expect(row(result.output, "rmsprop")?.contains("stuck") == false, "\(result.output)")
    let own = try theory(["saddles", "sgd", "--lr", "0.5", "--offset", "0.25", "--steps", "9"])
    #expect(row(own.output, "sgd", "(lr=0.5)")?[2...4] == ["2", "2", "2"], "\(own.output)\(own.errors)")
  }

  @Test(arguments: [
    ["rates"], ["momentum"], ["momentum", "--show", "radius"], ["momentum", "--show", "positions"],
    ["sgd", "--steps", "10", "--repeats", "2"], ["sampling", "--samples", "1,10"],
    ["variance", "--samples", "10", "--batch-sizes", "1,5", "--repeats", "2"], ["preconditioning"],
    ["conditioning", "--conditions", "1,10"], ["saddles"],
  ]) func pictures(_ arguments: [String]) throws {
    try withTemporaryFolder { folder in
      for format in ["png", "svg"] {
        let file = "\(folder)/chart.\(format)"
        let result = try theory(arguments + ["--out", file])
        #expect(result.status == 0 && result.output.contains("drawn in \(file)"), "\(result.errors)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        #expect(bytes.count > 5_000 && bytes.starts(with: format == "png" ? [0x89, 0x50] : [0x3c]))
      }
    }
  }

  @Test func mistakesAreNamed() throws {
    let wrong: [([String], String)] = [
      (["rats"], "rats"), (["rates", "--out", "a.gif"], "must end in .png or .svg"),
      (["rates", "--lr", "0"], "--lr is 0"), (["rates", "--eigenvalues", "1,-2"], "--eigenvalues has -2"),
      (["rates", "--eigenvalues", ""], "--eigenvalues is ''"), (["rates", "--steps", "0"], "--steps is 0"),
      (["rates", "--eigenvalues", "1,2,3,4,5,6,7,8,9"], "1 to 8 numbers"),
      (["momentum", "--beta", "1"], "--beta has 1"), (["momentum", "--beta", "0.9,x"], "--beta is '0.9,x'"),
      (["momentum", "--show", "all"], "weights"), (["momentum", "--eigenvalue", "-1"], "--eigenvalue is -1"),
      (["sgd", "--steps", "0"], "--steps is 0"), (["sgd", "--repeats", "0"], "--repeats is 0"),
      (["sgd", "--points", "2"], "--points is 2"), (["sgd", "--dimensions", "1"], "--dimensions is 1"),
      (["sampling", "--samples", "0"], "--samples has 0"), (["sampling", "--samples", "2.5"], "has 2.5"),
      (["sampling", "--repeats", "0"], "--repeats is 0"),
      (["variance", "--batch-sizes", "1,501"], "--batch-sizes has 501, must be whole numbers in 1...500"),
      (["variance", "--samples", "1"], "--samples is 1"),
      (["variance", "--dataset", "glyph"], "did you mean 'glyphs'"),
      (["variance", "--repeats", "0"], "--repeats is 0"),
      (["preconditioning", "--matrix", "1,2;3,4"], "must be symmetric"),
      (["preconditioning", "--matrix", "1,2;3"], "must be square"),
      (["preconditioning", "--matrix", "1,x;x,1"], "a row of --matrix is '1,x'"),
      (["preconditioning", "--matrix", "0,1;1,0"], "diagonal element 1 is 0"),
      (["preconditioning", "--factor", "2"], "--factor is 2"),
      (["conditioning", "--conditions", "0.5"], "--conditions has 0.5"),
      (["conditioning", "--factor", "0"], "--factor is 0"),
      (["saddles", "--offset", "0"], "--offset is 0"), (["saddles", "--steps", "0"], "--steps is 0"),
      (["saddles", "sdg"], "did you mean 'sgd'"), (["saddles", "--ofset", "1"], "did you mean '--offset'"),
    ]
    for (arguments, mention) in wrong {
      let result = try theory(arguments)
      #expect(
        result.status != 0 && result.errors.contains(mention) && result.output.isEmpty,
        "\(arguments): \(result.output)\(result.errors)")
    }
  }
}
