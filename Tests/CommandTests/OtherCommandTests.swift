import Descent
import DescentCharts
import Foundation
import Testing

/// `doctor`, `data`, `bench`, `version`, charts and downloads.
@Suite struct OtherCommandTests {
  @Test func doctorPasses() throws {
    let result = try Command("doctor")
    #expect(result.status == 0 && result.output.contains("OpenBLAS") && !result.output.contains("FAIL"))
    #expect(result.output.components(separatedBy: "\nok  ").count == 6)
  }

  /// OpenBLAS's names for what it falls back to where it does not know the processor.
  @Test(
    .enabled(
      if: Runtime.cpuFeatures.hasPrefix("AVX")
        && ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil))
  func openBLASUsesTheProcessorsInstructions() {
    #expect(!["Prescott", "Barcelona"].contains { Runtime.blas.contains($0) })
  }

  @Test func versionsAgree() throws {
    #expect(try Command("version").output == "descent \(Runtime.version)\n")
    #expect(try Command("--version").output == "\(Runtime.version)\n")
  }

  @Test func optimizersAreListedAndShown() throws {
    let help = try Command("train", "--help").output
    let list = try Command("optimizers").output
    for rule in RuleTable.rules {
      #expect(help.contains(rule.name) && list.contains(rule.title))
      let page = try Command("optimizers", rule.name)
      #expect(page.status == 0 && page.output.contains(rule.formula) && page.output.contains(rule.source))
      for option in rule.options {
        #expect(page.output.contains("--" + option.name.replacing("_", with: "-")))
        #expect(page.output.contains(option.summary) && page.output.contains(option.range))
      }
    }
    let unknown = try Command("optimizers", "adamm")
    #expect(unknown.status != 0 && unknown.errors.contains("adamm") && unknown.errors.contains("adamax"))
  }

  @Test func layersAreListedAndShown() throws {
    let list = try Command("layers").output
    for layer in LayerTable.layers {
      #expect(list.contains(layer.name) && list.contains(layer.formula))
      let page = try Command("layers", layer.title).output
      #expect(page.contains(layer.formula) && page.contains(layer.source) && page.contains(layer.shapes))
      for option in layer.options { #expect(page.contains(option.name) && page.contains(option.summary)) }
    }
    let unknown = try Command("layers", "linaer")
    #expect(unknown.status != 0 && unknown.errors.contains("did you mean 'linear'"), "\(unknown.errors)")
    #expect(try Command("layers", "linear", "--markdown").status != 0)
  }

  @Test func schedulesAreListedAndShown() throws {
    let list = try Command("schedules").output
    for schedule in ScheduleTable.schedules {
      #expect(list.contains(schedule.name) && list.contains(schedule.formula))
      let page = try Command("schedules", schedule.name).output
      #expect(page.contains(schedule.formula) && page.contains(schedule.source))
      for option in schedule.lists + schedule.options {
        #expect(page.contains(option.name) && page.contains(option.summary))
      }
    }
    let unknown = try Command("schedules", "cosin")
    #expect(unknown.status != 0 && unknown.errors.contains("did you mean 'cosine'"), "\(unknown.errors)")
    #expect(try Command("schedules", "cosine", "--markdown").status != 0)
  }

  @Test func schedulesAreEvaluated() throws {
    let spec = "warmup(2) linear_to_zero"
    let all = try Command("schedule", spec, "--steps", "6", "--base", "0.5", "--csv")
    #expect(all.output == "step,value\n0,0.0\n1,0.25\n2,0.5\n3,0.375\n4,0.25\n5,0.125\n", "\(all.errors)")
    let table = try Command("schedule", "one_cycle(1)", "--steps", "1000")
    #expect(
      table.output.hasPrefix("one_cycle(max_lr=1, total_steps=1000)\n\nstep")
        && table.output.contains("momentum"))
    #expect(table.output.split(separator: "\n").count == 23)
    let chart = NSTemporaryDirectory() + "schedule-\(UUID().uuidString).svg"
    defer { try? FileManager.default.removeItem(atPath: chart) }
    #expect(try Command("schedule", spec, "--steps", "50", "--out", chart).status == 0)
    #expect(try String(contentsOfFile: chart, encoding: .utf8).contains("<svg"))
    for (arguments, hint) in [
      (["cosin", "--steps", "9"], "did you mean 'cosine'"), (["cosine", "--steps", "0"], "--steps is 0"),
      (["cosine", "--steps", "999999999999"], "--steps"),
      (["warmup(5) cosine", "--steps", "4"], "steps left"),
      (["cosine", "--steps", "9", "--out", "rate.pdf"], ".png or .svg"),
      (["one_cycle(1, 5)", "--steps", "9"], "total_steps are 5"),
    ] {
      let refused = try Command(["schedule"] + arguments)
      #expect(refused.status != 0 && refused.errors.contains(hint), "\(arguments): \(refused.errors)")
    }
  }

  /// The pages in the repository are those that the tables make.
  @Test(arguments: [
    (["optimizers"], "Optimizers"), (["layers"], "Layers"), (["schedules"], "Schedules"),
    (["lecture", "list"], "Lectures"),
  ])
  func theDocumentationIsCurrent(_ command: [String], _ name: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appendingPathComponent("Documentation/\(name).md"), encoding: .utf8)
    #expect(try Command(command + ["--markdown"]).output == page, "run make documentation")
  }

  @Test func benchRows() throws {
    let result = try Command("bench", "--rows", "linreg/sgd/b1,optim/sgd/670k-6", "--json")
    let rows = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Double])
    #expect(Set(rows.keys) == ["linreg/sgd/b1", "optim/sgd/670k-6"] && rows.values.allSatisfy { $0 > 0 })
    #expect(try Command("bench", "--rows", "nothing").status != 0)
  }

  @Test func dataExportsWhatItReads() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 20, test: 10)
      let shown = try Command(
        "data", "mnist", "--data-dir", folder, "--preview", "1", "--export", "\(folder)/copy")
      #expect(shown.status == 0 && shown.output.contains("training: 20 images of 28 x 28"), "\(shown.errors)")
      for name in ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/copy/\(name)"))
            == Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
      }
    }
  }

  /// Without the files and without a network: one message that says which files, from where, into which folder.
  @Test func downloadsFailClearly() throws {
    try withTemporaryFolder { folder in
      let environment = [
        "HOME": folder, "DESCENT_DATA_DIR": "", "DESCENT_MIRROR": "file://\(folder)/mirror",
      ]
      let result = try Command("data", "mnist", environment: environment)
      #expect(result.status != 0)
      for text in [
        "t10k-labels-idx1-ubyte.gz", "file://\(folder)/mirror/mnist/", "\(folder)/.cache/descent/mnist",
      ] {
        #expect(result.errors.contains(text), "\(result.errors)")
      }
      try Folder.make("\(folder)/mirror/mnist")
      try AtomicFile.write("wrong", to: "\(folder)/mirror/mnist/train-images-idx3-ubyte.gz")
      let wrong = try Command("data", "mnist", environment: environment)
      #expect(wrong.status != 0 && wrong.errors.contains("checksum"), "\(wrong.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.cache/descent/mnist").isEmpty)
    }
  }

  /// One mirror serves both sets, whose files have the same names.
  @Test(
    .enabled(if: realFiles != nil, "set DESCENT_DATA_DIR to the folder with mnist/ and fashion-mnist/"),
    arguments: ["", "/"])
  func downloadsAreCheckedAndKept(_ end: String) throws {
    try withTemporaryFolder { folder in
      let mirror = try #require(Self.realFiles)
      let environment = ["HOME": folder, "DESCENT_DATA_DIR": "", "DESCENT_MIRROR": "file://\(mirror)\(end)"]
      for name in ["mnist", "fashion-mnist"] {
        let result = try Command("data", name, environment: environment)
        #expect(result.status == 0 && result.output.contains("training: 60000 images"), "\(result.errors)")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.cache/descent/\(name)").count == 4)
      }
    }
  }

  private static let realFiles = ProcessInfo.processInfo.environment["DESCENT_DATA_DIR"]
    .map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    .flatMap { folder in
      ["mnist", "fashion-mnist"].allSatisfy {
        FileManager.default.fileExists(atPath: "\(folder)/\($0)/train-images-idx3-ubyte.gz")
      } ? folder : nil
    }

  // MARK: Charts

  @Test func chartsWithAwkwardTitles() throws {
    try withTemporaryFolder { folder in
      let chart = LineChart(
        title: "it's 100% \"_^{x}\" \\ `date`\nü", xLabel: "x", yLabel: "y",
        lines: [.init(name: "a'b", points: [(0, 1), (1, .nan), (2, 3)]), .init(points: [(0, 2), (2, 0)])])
      try chart.write(.svg, to: "\(folder)/a chart.svg")
      let svg = try String(contentsOfFile: "\(folder)/a chart.svg", encoding: .utf8)
      #expect(svg.contains("it's 100%") && svg.contains("`date`") && svg.contains("a'b"))
      try chart.write(.png, to: "\(folder)/chart.png")
      // A left axis of nothing, beside a right one.
      let half = LineChart(
        title: "", xLabel: "", yLabel: "", rightLabel: "rate",
        lines: [
          .init(points: [(0, -.infinity), (1, .nan)]), .init(points: [(0, 1), (1, 2)], isOnRight: true),
        ])
      try half.write(.png, to: "\(folder)/chart.png")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a chart.svg", "chart.png"])
    }
  }

  @Test func chartsThatCannotBe() {
    let empty = LineChart(title: "", xLabel: "", yLabel: "", lines: [.init(points: [(0, .nan)])])
    #expect(throws: ChartError.self) { try empty.write(.png, to: "never.png") }
    let chart = LineChart(title: "", xLabel: "", yLabel: "", lines: [.init(points: [(0, 1)])])
    #expect(throws: DescentError.self) { try chart.write(.png, to: "/nowhere/chart.png") }
  }
}
