import Descent
import Foundation
import Testing

/// The options of `descent train` that steer the loop, and configuration files.
@Suite(.serialized) struct LoopOptionTests {
  private func train(_ folder: String, _ more: [String]) throws -> Command {
    try Command(SmallRun.train.components(separatedBy: " ") + more, folder: folder)
  }

  private func history(_ folder: String) throws -> [[String: String]] {
    let lines = try String(contentsOfFile: "\(folder)/history.csv", encoding: .utf8).split(separator: "\n")
    let names = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return lines.dropFirst().map { line in
      let values = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Dictionary(uniqueKeysWithValues: zip(names, values))
    }
  }

  @Test func aScheduleIsFollowed() throws {
    try SmallRun.withCopy { folder in
      let result = try train(
        folder, ["--epochs", "4", "--lr", "0.1", "--schedule", "warmup(4) cosine(min=0)", "--out", "new"])
      #expect(
        result.status == 0 && result.output.contains("schedule warmup(4) cosine(min=0)"), "\(result.errors)")
      let rates = try history("\(folder)/new").compactMap { Double($0["learning_rate"] ?? "") }
      // 64 samples in batches of 16: the warm-up is the first epoch.
      #expect(rates.count == 4 && abs(rates[0] - 0.1) < 1e-12 && abs(rates[3]) < 1e-12)
      #expect(rates[1] > rates[2] && rates[2] > rates[3])
      let wrong = try train(folder, ["--schedule", "cosin"])
      #expect(wrong.status != 0 && wrong.errors.contains("cosin"), "\(wrong.errors)")
    }
  }

  @Test func stoppingEarly() throws {
    try SmallRun.withCopy { folder in
      let result = try train(
        folder, ["--epochs", "1000", "--lr", "3", "--clip-norm", "1", "--early-stop", "2", "--out", "new"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.errors.contains("stopped: validation_loss has not improved for 2 epochs"), "\(result.errors)")
      let losses = try history("\(folder)/new").compactMap { Double($0["validation_loss"] ?? "") }
      let evaluate = try Command("evaluate", "\(folder)/new", "--log", "json", "--data-dir", "\(folder)/data")
      let best = try #require(losses.min())
      #expect(evaluate.output.contains("\"test_loss\":\(best)"), "\(evaluate.output) \(evaluate.errors)")
      // It is over: to go on takes another patience.
      let again = try Command(["train", "--resume", "new", "--quiet"], folder: folder)
      #expect(again.status == 0)
      #expect(try history("\(folder)/new").count == losses.count)
    }
  }

  @Test func averagesMetricsAndShares() throws {
    try SmallRun.withCopy { folder in
      let result = try train(
        folder,
        [
          "--epochs", "2", "--ema", "0.9", "--ema-every", "2", "--accumulate", "2", "--validation", "0.25",
          "--metric", "accuracy,f1,top3", "--out", "new",
        ])
      #expect(result.status == 0 && result.output.contains("top_3_accuracy"), "\(result.errors)")
      let rows = try history("\(folder)/new")
      #expect(rows.count == 2 && rows[1]["samples"] == "96")
      #expect(
        Double(rows[1]["validation_f1"] ?? "") != nil && Double(rows[1]["train_top_3_accuracy"] ?? "") != nil)
      let state = try SafeTensors.read("\(folder)/new/state.safetensors").tensors
      let model = try SafeTensors.read("\(folder)/new/model.safetensors").tensors
      let name = "linear_relu_stack.0.weight"
      #expect(state["callback.weight_averaging.average.\(name)"]?.doubles == model[name]?.doubles)
      #expect(state["model.\(name)"]?.doubles != model[name]?.doubles)
      // 48 samples: three batches, two steps an epoch.
      #expect(state["callback.weight_averaging.count"]?.doubles == [2])
    }
  }

  static let refused: [(arguments: [String], sentence: String)] = [
    (["--early-stop", "-1"], "--early-stop is -1"),
    (["--validation", "1"], "--validation is 1, must be in [0, 1)"),
    (["--validation", "0.001"], "0 for the validation"),
    (["--ema", "1.5"], "--ema is 1.5, must be in [0, 1)"),
    (["--ema", "0.9", "--ema-every", "0"], "--ema-every is 0, must be at least 1"),
    (["--ema-every", "2"], "--ema-every needs --ema"),
    (["--accumulate", "0"], "--accumulate is 0, must be at least 1"),
    (["--save-every", "0"], "--save-every is 0, must be above 0"),
    (["--metric", "acuracy"], "unknown metric 'acuracy'; did you mean 'accuracy'?"),
    (["--metric", "f1,f1"], "--metric names one twice"),
    (["--metric", "mae"], "--metric mae is for numbers, but the targets are classes"),
    (["--optimizer", "lbfgs", "--accumulate", "2"], "leave out --accumulate"),
    (["--config", "nowhere.yaml"], "nowhere.yaml"),
  ]

  @Test(arguments: refused.indices) func optionsThatAreRefused(_ index: Int) throws {
    let (arguments, sentence) = Self.refused[index]
    try SmallRun.withCopy { folder in
      let result = try train(folder, arguments)
      #expect(result.status == 1 && result.errors.contains(sentence), "\(result.errors)")
    }
  }

  // MARK: Configuration files

  @Test func aConfigurationFile() throws {
    try SmallRun.withCopy { folder in
      try AtomicFile.write(
        """
        # What is left out has its default.
        dataset: mnist
        data_dir: data
        model: mlp:8
        optimizer:
          name: adam
          options: {lr: 0.01}
        epochs: 3
        metrics: [accuracy, top3]
        schedule: exponential(0.9)
        """, to: "\(folder)/run.yaml")
      let result = try Command(
        ["train", "--config", "run.yaml", "--epochs", "1", "--out", "new"], folder: folder)
      #expect(result.status == 0 && result.output.contains("adam, lr 0.01"), "\(result.errors)")
      let config = try String(contentsOfFile: "\(folder)/new/config.json", encoding: .utf8)
      #expect(config.contains("\"epochs\" : 1") && config.contains("\"top3\"") && config.contains("\"adam\""))
      // What a run has saved is a configuration too: the same run again.
      let again = try Command(
        ["train", "--config", "new/config.json", "--out", "again", "--quiet"], folder: folder)
      #expect(again.status == 0, "\(again.errors)")
      for name in ["config.json", "model.safetensors"] {
        let (a, b) = (
          URL(fileURLWithPath: "\(folder)/new/\(name)"), URL(fileURLWithPath: "\(folder)/again/\(name)")
        )
        #expect(try Data(contentsOf: a) == Data(contentsOf: b))
      }
      // A name is enough for an optimizer.
      try AtomicFile.write(
        "optimizer: lion\nepochs: 0\ndataset: mnist\ndata_dir: data\n", to: "\(folder)/run.yaml")
      let short = try Command(["train", "--config", "run.yaml"], folder: folder)
      #expect(short.status == 0 && short.output.contains("\nlion, batch 16"), "\(short.errors)")
    }
  }

  static let files: [(text: String, sentence: String)] = [
    ("epoch: 3\n", "unknown key 'epoch'; did you mean 'epochs'?"),
    ("optimizer: {nme: sgd}\n", "unknown key 'optimizer.nme'; did you mean 'name'?"),
    ("epochs: many\n", "'epochs' is of the wrong type"),
    ("epochs: -1\n", "--epochs is -1, must not be negative"),
    ("- 1\n- 2\n", "no mapping of keys to values"), ("epochs: [1\n", "no YAML"),
    ("1: 2\n", "unknown key '1'"),
    ("clip_norm: .inf\n", "no number to go by"),
    ("optimizer: {options: {lr: 1}}\n", "'optimizer.name' is missing"),
    ("model: resnet\n", "unknown model 'resnet'"),
  ]

  @Test(arguments: files.indices) func filesThatAreRefused(_ index: Int) throws {
    let (text, sentence) = Self.files[index]
    try withTemporaryFolder { folder in
      try AtomicFile.write(text, to: "\(folder)/run.yaml")
      let result = try Command(["train", "--config", "run.yaml"], folder: folder)
      #expect(result.status == 1 && result.errors.contains(sentence), "\(result.errors)")
    }
  }
}
