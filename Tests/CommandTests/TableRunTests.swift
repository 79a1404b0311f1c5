import Descent
import Foundation
import Testing

/// `descent train` and its companions on tables, from the outside.
@Suite(.serialized) struct TableRunTests {
  private func table(_ text: String, _ folder: String) throws -> CSVFile {
    try AtomicFile.write(text, to: "\(folder)/output.csv")
    return try CSVFile(path: "\(folder)/output.csv")
  }

  private func json(_ path: String) throws -> [String: Any] {
    try json(text: String(contentsOfFile: path, encoding: .utf8))
  }

  private func json(text: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  // MARK: Regression

  @Test func aRegression() throws {
    try SmallTable.withFolder { folder in
      let train = try Command(
        SmallTable.regression + ["--epochs", "30", "--metric", "r2,rmse", "--out", "run"], folder: folder)
      #expect(train.status == 0, "\(train.errors)")
      let lines = train.output.split(separator: "\n")
      #expect(lines[0] == "table.csv: 120 samples of 2 columns, target price")
      #expect(lines[1] == "linear: 3 parameters")
      #expect(lines[3].hasPrefix("epoch      loss validation       r2     rmse secs"))
      #expect(!train.output.contains("accuracy"))
      for name in ["loss.png", "metrics.png", "loss.svg", "metrics.svg"] {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/run/\(name)"))
      }
      let svg = try String(contentsOfFile: "\(folder)/run/metrics.svg", encoding: .utf8)
      #expect(svg.contains("validation rmse") && !svg.contains("accuracy"))

      let config = try json("\(folder)/run/config.json")
      #expect(config["loss"] as? String == "mse" && config["target"] as? String == "price")
      #expect(config["features"] as? [String] == ["size", "year"] && config["classes"] == nil)
      #expect(config["validation"] as? Double == 0.2)

      // The last epoch's validation again, in the price's own unit.
      let history = try CSVFile(path: "\(folder)/run/history.csv")
      let last = Dictionary(uniqueKeysWithValues: zip(history.names, try #require(history.rows.last)))
      let output = try Command(["evaluate", "run", "--log", "json"], folder: folder).output
      for name in ["loss", "r2", "rmse"] {
        #expect(output.contains("\"test_\(name)\":\(last["validation_\(name)"] ?? "")"), "\(output) \(last)")
      }
      let evaluate = try json(text: output)
      let r2 = try #require(evaluate["test_r2"] as? Double)
      let rmse = try #require(evaluate["test_rmse"] as? Double)
      #expect(r2 > 0.99 && rmse < 4 && rmse > 1, "\(r2) \(rmse)")

      let held = try table(Command(["predict", "run"], folder: folder).output, folder)
      #expect(held.names == SmallTable.header + ["prediction"] && held.rows.count == 24)
      let squares = try held.rows.map { row in
        let (price, prediction) = (try #require(Double(row[3])), try #require(Double(row[4])))
        return (price - prediction) * (price - prediction)
      }
      let mean = squares.reduce(0, +) / Double(squares.count)
      #expect(abs(mean.squareRoot() - rmse) < 1e-6 * rmse)
    }
  }

  @Test func predictionsForAnotherTable() throws {
    try SmallTable.withFolder { folder in
      let options = ["--epochs", "20", "--out", "run", "--quiet"]
      #expect(try Command(SmallTable.regression + options, folder: folder).status == 0)
      // Other columns, in another order, and none to predict; a prediction's name is taken.
      let rows = SmallTable.rows.prefix(5).map { ["x", $0[1], $0[0]] }
      try SmallTable.write([["prediction", "year", "size"]] + rows, to: "\(folder)/new.csv")
      let new = try table(Command(["predict", "run", "--dataset", "new.csv"], folder: folder).output, folder)
      let own = try table(
        Command(["predict", "run", "--dataset", "table.csv", "--first", "5"], folder: folder).output, folder)
      #expect(new.names == ["prediction", "year", "size", "prediction_"])
      #expect(new.rows.count == 5 && new.rows.map { $0[3] } == own.rows.map { $0[4] })
      let lacking = try Command(
        ["predict", "run", "--dataset", "csv:output.csv", "--out", "file"], folder: folder)
      #expect(lacking.status == 0, "\(lacking.errors)")
      try AtomicFile.write("size,yeer\n1,2\n", to: "\(folder)/new.csv")
      let wrong = try Command(["predict", "run", "--dataset", "new.csv"], folder: folder)
      #expect(wrong.status == 1 && wrong.errors.contains("no column 'year'; did you mean 'yeer'?"))
      let whole = try Command(["evaluate", "run", "--dataset", "table.csv"], folder: folder)
      #expect(whole.status == 0 && whole.output.contains("r2 0.9"), "\(whole.output) \(whole.errors)")
      let images = try Command(["evaluate", "run", "--dataset", "glyphs"], folder: folder)
      #expect(
        images.status == 1
          && images.errors.contains("is of the table table.csv, which cannot become the images"))
    }
  }

  @Test(arguments: [
    "l1", "smooth-l1", "huber(delta=0.5)", "log_cosh", "quantile(quantile=0.5)", "huber(delta=inf)",
  ])
  func everyLoss(_ loss: String) throws {
    try SmallTable.withFolder { folder in
      let result = try Command(
        SmallTable.regression + [
          "--epochs", "2", "--loss", loss, "--log", "json", "--model", "linear(2, 1)",
        ],
        folder: folder)
      #expect(result.status == 0, "\(result.errors)")
      let last = try json(text: String(try #require(result.output.split(separator: "\n").last)))
      #expect(try #require(last["validation_r2"] as? Double) > 0, "\(last)")
    }
  }

  // MARK: Classification

  @Test func aClassification() throws {
    try SmallTable.withFolder { folder in
      let train = try Command(
        SmallTable.classification + ["--epochs", "40", "--validation", "0.25", "--out", "run"], folder: folder
      )
      #expect(train.status == 0, "\(train.errors)")
      #expect(train.output.hasPrefix("table.csv: 120 samples of 2 columns, 3 classes of kind\n"))
      #expect(train.output.contains("epoch      loss validation accuracy"))
      let config = try json("\(folder)/run/config.json")
      #expect(config["classes"] as? [String] == ["small", "tall", "wide, very"])
      #expect(config["loss"] as? String == "cross_entropy" && config["metrics"] as? [String] == ["accuracy"])
      let held = try table(Command(["predict", "run"], folder: folder).output, folder)
      #expect(
        held.names == SmallTable.header + ["prediction", "p(small)", "p(tall)", "p(wide, very)"])
      #expect(held.rows.count == 30)
      let right = held.rows.count { $0[2] == $0[4] }
      let evaluate = try json(text: Command(["evaluate", "run", "--log", "json"], folder: folder).output)
      let accuracy = try #require(evaluate["test_accuracy"] as? Double)
      #expect(abs(accuracy - Double(right) / 30) < 1e-12 && right > 25, "\(accuracy) \(right)")
      for row in held.rows { #expect(abs(row.suffix(3).compactMap(Double.init).reduce(0, +) - 1) < 1e-5) }
      // A class that the run does not know.
      try SmallTable.write(
        [SmallTable.header, ["1", "2000", "huge", "1"]], to: "\(folder)/new.csv")
      let unknown = try Command(["evaluate", "run", "--dataset", "new.csv"], folder: folder)
      #expect(
        unknown.status == 1
          && unknown.errors.contains(
            "new.csv, line 2, column kind: 'huge' is none of the classes small, tall"),
        "\(unknown.errors)")
      #expect(try Command(["predict", "run", "--dataset", "new.csv"], folder: folder).status == 0)
    }
  }

  /// Numbers are classes where the loss says so; a column may be named by its number.
  @Test func numbersAsClasses() throws {
    try SmallTable.withFolder { folder in
      let rows = SmallTable.rows.map { [$0[0], $0[1], $0[2] == "small" ? "7" : "10"] }
      try SmallTable.write([["size", "year", "grade"]] + rows, to: "\(folder)/table.csv")
      let result = try Command(
        [
          "train", "--dataset", "table.csv", "--target", "3", "--loss", "cross-entropy", "--epochs", "1",
          "--out", "run",
        ], folder: folder)
      #expect(result.status == 0 && result.output.contains("2 classes of grade"), "\(result.errors)")
      #expect(try json("\(folder)/run/config.json")["classes"] as? [String] == ["7", "10"])
    }
  }

  // MARK: Going on

  /// Interrupted within an epoch, and resumed: the bits of a run that was not.
  @Test(arguments: [SmallTable.regression, SmallTable.classification]) func goingOn(_ base: [String]) throws {
    try SmallTable.withFolder { folder in
      let options = ["--batch-size", "1", "--epochs", "60", "--ema", "0.99", "--schedule", "cosine"]
      #expect(try Command(base + options + ["--out", "whole", "--quiet"], folder: folder).status == 0)
      let (process, output, errors) = try Command.start(
        base + options + ["--out", "run", "--save-every", "0.01"], folder: folder)
      while process.isRunning && !FileManager.default.fileExists(atPath: "\(folder)/run/state.safetensors") {
        usleep(2_000)
      }
      process.interrupt()
      let stopped = try Command(process, output, errors)
      #expect(stopped.status == 130, "\(stopped.errors)")
      // The file may have another place.
      try FileManager.default.moveItem(atPath: "\(folder)/table.csv", toPath: "\(folder)/moved.csv")
      let resumed = try Command(
        ["train", "--resume", "run", "--dataset", "moved.csv", "--quiet"], folder: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")
      for name in ["model.safetensors"] {
        let files = try ["whole", "run"].map {
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/\(name)"))
        }
        #expect(files[0] == files[1])
      }
      let histories = try ["whole", "run"].map { try Checkpoint.history(in: "\(folder)/\($0)") }
      #expect(histories[0].values("validation_loss") == histories[1].values("validation_loss"))
    }
  }

  @Test func whatARunCannotGoOnWith() throws {
    try SmallTable.withFolder { folder in
      #expect(
        try Command(SmallTable.regression + ["--epochs", "1", "--out", "run"], folder: folder).status == 0)
      let refused: [([String], String)] = [
        (["--target", "size"], "run is of the target price, which cannot become size on --resume"),
        (["--features", "size"], "run is of the columns size,year, which cannot become size on --resume"),
        (["--loss", "l1"], "run is of mse, which cannot become l1 on --resume"),
        (["--dataset", "glyphs"], "run is of the table table.csv, which cannot become the images glyphs"),
        (
          ["--seed", "5"],
          "run is of validation 0.2, drawn by seed 0, which cannot become validation 0.2, drawn by seed 5"
        ),
        (["--validation", "0.4"], "which cannot become validation 0.4, drawn by seed 0 on --resume"),
        (["--metric", "accuracy"], "--metric accuracy is for classes, but the targets are numbers"),
      ]
      for (more, sentence) in refused {
        let result = try Command(["train", "--resume", "run", "--epochs", "2"] + more, folder: folder)
        #expect(result.status == 1 && result.errors.contains(sentence), "\(result.errors)")
      }
      // A value that is not used may change, and one that is may not.
      var rows = SmallTable.rows
      rows[5][2] = "else"
      try SmallTable.write([SmallTable.header] + rows, to: "\(folder)/table.csv")
      #expect(try Command(["train", "--resume", "run", "--epochs", "2"], folder: folder).status == 0)
      rows[5][0] = "1.25"
      try SmallTable.write([SmallTable.header] + rows, to: "\(folder)/table.csv")
      let state = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/run/state.safetensors"))
      let changed = try Command(["train", "--resume", "run", "--epochs", "3"], folder: folder)
      #expect(
        changed.status == 1
          && changed.errors.contains("table.csv has other numbers than those that run was begun with"),
        "\(changed.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/run/state.safetensors")) == state)
      for command in ["evaluate", "predict"] {
        let result = try Command([command, "run"], folder: folder)
        #expect(
          result.status == 1 && result.output.isEmpty
            && result.errors.contains("table.csv has other numbers than those that run was trained on"),
          "\(result.errors)")
      }
      #expect(try Command(["evaluate", "run", "--dataset", "table.csv"], folder: folder).status == 0)
    }
  }

  @Test func whatCannotBePredicted() throws {
    try SmallTable.withFolder { folder in
      #expect(
        try Command(SmallTable.regression + ["--epochs", "1", "--out", "run"], folder: folder).status == 0)
      try SmallTable.write(
        [["size", "year"], ["1", "2000"], ["1e300", "2000"], ["", "1"]], to: "\(folder)/new.csv")
      let whole = ["predict", "run", "--dataset", "new.csv"]
      let refused: [([String], String)] = [
        (whole, "new.csv, line 4, column size: the value is missing; --drop-missing"),
        (whole + ["--drop-missing"], "new.csv, line 3: the prediction is"),
        (whole + ["--out", "./new.csv"], "--out is ./new.csv, which is what is predicted from"),
        (["predict", "run", "--out", "table.csv"], "--out is table.csv, which is what is predicted from"),
        (["predict", "run", "--drop-missing"], "--drop-missing is for another table: there is no --dataset"),
      ]
      for (line, sentence) in refused {
        let result = try Command(line, folder: folder)
        #expect(
          result.status == 1 && result.output.isEmpty && result.errors.contains(sentence), "\(result.errors)")
      }
      let first = try Command(whole + ["--drop-missing", "--first", "1"], folder: folder)
      #expect(first.status == 0 && first.output.split(separator: "\n").count == 2, "\(first.errors)")
      let loss = try Command(["evaluate", "run", "--dataset", "table.csv", "--drop-missing"], folder: folder)
      #expect(loss.status == 0 && loss.errors.isEmpty)
    }
  }

  @Test func numbersInsteadOfNames() throws {
    try withTemporaryFolder { folder in
      try SmallTable.write(SmallTable.rows.map { [$0[0], $0[3]] }, to: "\(folder)/table.csv")
      let result = try Command(
        ["train", "--dataset", "table.csv", "--target", "2", "--model", "linear", "--epochs", "1"],
        folder: folder)
      #expect(
        result.status == 0
          && result.errors.contains(
            "table.csv: the first line is taken for the columns' names, though all of it are numbers"),
        "\(result.errors)")
    }
  }

  // MARK: Sweeps

  @Test func aSweep() throws {
    try SmallTable.withFolder { folder in
      let line = ["sweep"] + SmallTable.regression.dropFirst() + ["--out", "grid", "--epochs", "3"]
      let more = [
        "--over", "batch-size=1,120", "--over", "loss=mse;huber(delta=1)", "--by", "validation_loss",
      ]
      let result = try Command(line + more, folder: folder)
      #expect(result.status == 0, "\(result.errors)")
      for name in ["loss", "validation_loss", "validation_loss-seconds"] {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/grid/\(name).png"), "\(name)")
      }
      let runs = try CSVFile(path: "\(folder)/grid/runs.csv")
      #expect(runs.rows.count == 4 && runs.names.contains("validation_r2"))
      // A table that has changed since is another's.
      var rows = SmallTable.rows
      rows[0][3] = "1"
      try SmallTable.write([SmallTable.header] + rows, to: "\(folder)/table.csv")
      let changed = try Command(line + more, folder: folder)
      #expect(changed.status == 1 && changed.errors.contains("was begun with checksum"), "\(changed.errors)")
      let mixed = try Command(line + ["--over", "loss=mse,cross_entropy", "--overwrite"], folder: folder)
      #expect(mixed.status == 1 && mixed.errors.contains("loss=cross_entropy: "), "\(mixed.errors)")
    }
  }

  @Test func aLearningRate() throws {
    try SmallTable.withFolder { folder in
      let line = "lr-find --dataset table.csv --target price --features 1,2 --model linear --steps 40"
      let result = try Command(line.components(separatedBy: " "), folder: folder)
      #expect(result.status == 0 && result.output.contains("suggested: --lr"), "\(result.errors)")
    }
  }

  // MARK: Missing values

  @Test func missingValuesAreLeftOut() throws {
    try SmallTable.withFolder { folder in
      var rows = SmallTable.rows
      (rows[3][0], rows[4][3], rows[5][2]) = ("", "NA", "")
      try SmallTable.write([SmallTable.header] + rows, to: "\(folder)/table.csv")
      let result = try Command(
        SmallTable.regression + ["--epochs", "1", "--drop-missing", "--out", "run"], folder: folder)
      #expect(result.status == 0 && result.output.hasPrefix("table.csv: 118 samples"), "\(result.errors)")
      let all = try table(
        Command(["predict", "run", "--dataset", "table.csv"], folder: folder).output, folder)
      #expect(all.rows.count == 119)
    }
  }
}
