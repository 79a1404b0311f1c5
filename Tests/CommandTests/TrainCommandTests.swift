import Descent
import Foundation
import Testing

/// `descent train` and its companions from the outside.
@Suite(.serialized) struct TrainCommandTests {
  /// Arguments for a quick run on a small data set.
  private func arguments(_ data: String, _ more: [String] = []) -> [String] {
    [
      "train", "--dataset", "mnist", "--data-dir", data, "--model", "mlp:32", "--optimizer", "adam",
      "--epochs", "2",
    ] + more
  }

  private func run(_ arguments: [String]) throws -> Command {
    let (process, output, errors) = try Command.start(arguments)
    return try Command(process, output, errors)
  }

  private func files(_ folder: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder))
  }

  private static let runFiles: Set = [
    "model.safetensors", "state.safetensors", "history.csv", "config.json", "loss.png", "loss.svg",
    "metrics.png", "metrics.svg",
  ]

  @Test func trainEvaluatePredict() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder)
      let out = "\(folder)/run"
      let train = try run(arguments(folder, ["--out", out]))
      #expect(train.status == 0, "\(train.errors)")
      let lines = train.output.split(separator: "\n")
      #expect(lines.count == 6 && lines[3].hasPrefix("epoch      loss validation accuracy"))
      // A narrow terminal shows the table.
      #expect(lines[3...].allSatisfy { $0.count == 40 }, "\(train.output)")
      #expect(try files(out) == Self.runFiles)
      let png = try Data(contentsOf: URL(fileURLWithPath: "\(out)/loss.png"))
      #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]) && png.count > 5000)
      let evaluate = try Command("evaluate", out, "--log", "json")
      let history = try String(contentsOfFile: "\(out)/history.csv", encoding: .utf8)
      let last = try #require(history.split(separator: "\n").last).split(separator: ",")
      #expect(evaluate.output.contains(#""test_loss":\#(last[4])"#), "\(evaluate.output) \(evaluate.errors)")
      let predict = try Command("predict", out, "--first", "3")
      let rows = predict.output.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(rows.count == 4 && rows.allSatisfy { $0.count == 13 })
      let sum = rows[1].dropFirst(3).compactMap { Double($0) }.reduce(0, +)
      #expect(abs(sum - 1) < 1e-5)
      let images = try Command("predict", out, "--images", "\(folder)/t10k-images-idx3-ubyte", "--first", "3")
      #expect(images.output == predict.output, "\(images.errors)")
    }
  }

  @Test func jsonLog() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder)
      let result = try run(arguments(folder, ["--log", "json"]))
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 2)
      for (index, line) in lines.enumerated() {
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double])
        #expect(
          Set(object.keys) == [
            "epoch", "samples", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
            "learning_rate", "seconds",
          ])
        #expect(object["epoch"] == Double(index + 1))
      }
      #expect(try run(arguments(folder, ["--quiet"])).output.isEmpty)
    }
  }

  /// JSON has no NaN: null stands for what is not finite. A NaN's sign is nobody's business.
  @Test func jsonOfNumbersThatAreNone() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      #expect(try run(arguments(folder, ["--epochs", "0", "--out", out])).status == 0)
      let path = "\(out)/model.safetensors"
      let weights = try SafeTensors.read(path).tensors
      for value in [Double.nan, .infinity, 1e30] {
        try SafeTensors.write(weights.mapValues { .full($0.shape, value) }, to: path)
        let result = try Command("evaluate", out, "--log", "json")
        let object = try #require(
          JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result.output)")
        #expect(object["test_loss"] is NSNull && object["test_accuracy"] is Double, "\(result.output)")
        let text = try Command("evaluate", out).output
        #expect(text.hasPrefix("test loss ") && !text.contains("-nan"), "\(text)")
      }
    }
  }

  /// What diverges without stays, clipped, where it is wanted.
  @Test(arguments: [["--clip-norm", "0.5"], ["--clip-value", "0.001"]]) func clipping(_ clip: [String]) throws
  {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder)
      let out = "\(folder)/run"
      let options = ["--optimizer", "sgd", "--model", "mlp", "--lr", "10", "--momentum", "0.5"]
      let result = try run(arguments(folder, options + clip + ["--epochs", "1", "--out", out]))
      #expect(
        result.status == 0 && result.output.contains("\(clip[0].dropFirst(2)) \(clip[1])"), "\(result.errors)"
      )
      // The limit is the run's: it goes on with it, and without when told so.
      let resumed = try run(["train", "--resume", out, "--epochs", "1"])
      #expect(resumed.output.contains("\(clip[0].dropFirst(2)) \(clip[1])"), "\(resumed.errors)")
      let without = try run(["train", "--resume", out, "--epochs", "1", clip[0], "inf"])
      #expect(without.status == 0 && !without.output.contains("clip"), "\(without.errors)")
    }
  }

  /// 200 steps, then the same weights to the bit.
  @Test func threadsAgreeBitForBit() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 3200)
      let models = try [1, 2, 4].map { threads in
        let out = "\(folder)/\(threads)"
        let result = try run(
          arguments(folder, ["--model", "mlp", "--epochs", "1", "--threads", "\(threads)", "--out", out]))
        #expect(result.status == 0, "\(result.errors)")
        return try Data(contentsOf: URL(fileURLWithPath: "\(out)/model.safetensors"))
      }
      #expect(models[0] == models[1] && models[0] == models[2])
    }
  }

  @Test func resumingGivesTheSameModel() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder)
      func model(_ out: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(out)/model.safetensors"))
      }
      _ = try run(arguments(folder, ["--epochs", "4", "--out", "\(folder)/whole"]))
      _ = try run(arguments(folder, ["--epochs", "2", "--out", "\(folder)/half"]))
      let resumed = try Command("train", "--resume", "\(folder)/half", "--epochs", "4")
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try model("half") == model("whole"))
      let again = try Command("train", "--resume", "\(folder)/half", "--epochs", "3")
      #expect(
        again.status == 0 && again.errors.contains("nothing to do: 4 epochs are done"), "\(again.errors)")
      #expect(try model("half") == model("whole"))
    }
  }

  @Test func ctrlCSavesAndExitsWith130() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder)
      let out = "\(folder)/run"
      let (process, output, errors) = try Command.start(
        arguments(folder, ["--epochs", "100000", "--out", out]))
      while !FileManager.default.fileExists(atPath: "\(out)/history.csv")
        || (try? String(contentsOfFile: "\(out)/history.csv", encoding: .utf8).count) ?? 0 < 100
      {
        usleep(20_000)
      }
      process.interrupt()
      let result = try Command(process, output, errors)
      #expect(result.status == 130 && result.errors.contains("--resume \(out)"), "\(result.errors)")
      #expect(try files(out) == Self.runFiles)
      let rows =
        try String(contentsOfFile: "\(out)/history.csv", encoding: .utf8).split(separator: "\n").count - 1
      let resumed = try Command("train", "--resume", out, "--epochs", "\(rows + 1)", "--log", "json")
      #expect(resumed.status == 0 && resumed.output.contains("\"epoch\":\(rows + 1)"), "\(resumed.errors)")
    }
  }

  @Test func aDivergingRunEndsWithAMessage() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder)
      let out = "\(folder)/run"
      let result = try run(
        arguments(
          folder, ["--optimizer", "sgd", "--model", "mlp", "--lr", "10", "--momentum", "0.5", "--out", out]))
      #expect(
        result.status == 1 && result.errors.contains("diverged") && result.errors.contains("learning rate"))
      let parameters = try SafeTensors.read("\(out)/model.safetensors").tensors
      #expect(parameters.values.allSatisfy { $0.doubles.allSatisfy(\.isFinite) })
    }
  }

  // MARK: Bad input: the status is not 0, and the message helps

  static let refused: [(arguments: [String], mentions: [String])] = [
    (["--dataset", "cifar"], ["cifar", "glyphs, fashion-mnist, mnist"]),
    (["--model", "resnet"], ["resnet", "linear, mlp"]), (["--model", "mlp:0"], ["mlp:0"]),
    (["--model", "mlp:"], ["mlp:"]), (["--model", "mlp:8,,8"], ["mlp:8,,8"]),
    (["--optimizer", "adamm"], ["adamm", "sgd, adam, adamw, rmsprop"]),
    (["--batch-size", "0"], ["batch-size", "0"]), (["--batch-size", "-3"], ["batch-size", "-3"]),
    (["--epochs", "-1"], ["epochs", "-1"]), (["--threads", "-1"], ["threads", "-1"]),
    (["--optimizer", "sgd", "--lr", "-0.1"], ["lr", "-0.1"]),
    (["--optimizer", "sgd", "--lr", "abc"], ["--lr", "number"]),
    (["--optimizer", "sgd", "--lr"], ["--lr", "number"]),
    (["--optimizer", "sgd", "--momentum", "-1"], ["momentum", "-1"]),
    (["--optimizer", "sgd", "--nesterov"], ["nesterov", "momentum > 0"]),
    (
      ["--optimizer", "sgd", "--nesterov", "--momentum", "0.9", "--dampening", "0.1"],
      ["nesterov", "dampening"]
    ),
    (["--beta1", "1"], ["beta1", "[0, 1)"]), (["--beta2", "-0.1"], ["beta2"]),
    (["--momentum", "0.9"], ["--momentum", "adam has --lr"]), (["--frobnicate"], ["--frobnicate"]),
    (["--data-dir", "/nowhere"], ["/nowhere", "train-images"]),
    (["--out", "/proc/none/run"], ["/proc/none/run"]), (["--out", "/dev/null"], ["/dev/null"]),
    (["--resume", "/nowhere"], ["/nowhere", "config.json"]), (["--log", "xml"], ["xml"]),
    (["--clip-norm", "-1"], ["--clip-norm", "-1"]), (["--clip-value", "much"], ["--clip-value", "much"]),
    (["--optimizer", "lbfgs", "--clip-norm", "1"], ["lbfgs takes no clipped gradients", "--clip-norm"]),
  ]

  @Test(arguments: refused.indices) func badArguments(_ index: Int) throws {
    let (more, mentions) = Self.refused[index]
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let result = try run(arguments(folder, more))
      #expect(result.status != 0)
      for text in mentions { #expect(result.errors.contains(text), "'\(result.errors)' lacks '\(text)'") }
    }
  }

  @Test func foldersThatHoldARun() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let out = "\(folder)/run"
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(out)/config.json"))
      let half = try run(arguments(folder, ["--out", out]))
      #expect(half.status != 0 && half.errors.contains("config.json") && half.errors.contains("--overwrite"))
      #expect(try files(out) == ["config.json"])
      #expect(try Command("train", "--resume", out).errors.contains("has no state.safetensors to go on from"))
      #expect(try run(arguments(folder, ["--out", out, "--overwrite"])).status == 0)
      try FileManager.default.removeItem(atPath: "\(out)/state.safetensors")
      let resumed = try Command("train", "--resume", out)
      #expect(resumed.status != 0 && resumed.errors.contains("state.safetensors"))
      #expect(try run(arguments(folder, ["--out", out, "--overwrite"])).status == 0)
      let state = try Data(contentsOf: URL(fileURLWithPath: "\(out)/state.safetensors"))
      try state.dropLast(3).write(to: URL(fileURLWithPath: "\(out)/state.safetensors"))
      let corrupt = try Command("train", "--resume", out)
      #expect(
        corrupt.status != 0 && corrupt.errors.contains("state.safetensors")
          && corrupt.errors.contains("its tensors take"))
      try Data("nonsense".utf8).write(to: URL(fileURLWithPath: "\(out)/model.safetensors"))
      #expect(try Command("evaluate", out).errors.contains("model.safetensors"))
    }
  }

  @Test func damagedDataFiles() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder, training: 64, test: 10)
      let path = "\(folder)/train-images-idx3-ubyte"
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      try whole.dropLast().write(to: URL(fileURLWithPath: path))
      #expect(try run(arguments(folder)).errors.contains("cut off"))
      try Data("hello world".utf8).write(to: URL(fileURLWithPath: path))
      #expect(try run(arguments(folder)).errors.contains("not an IDX file"))
      try whole.write(to: URL(fileURLWithPath: path))
      try Data([0, 0, 8, 1, 0, 0, 0, 64] + [UInt8](repeating: 10, count: 64)).write(
        to: URL(fileURLWithPath: "\(folder)/train-labels-idx1-ubyte"))
      #expect(try run(arguments(folder)).errors.contains("label 10 of image 0"))
    }
  }
}
