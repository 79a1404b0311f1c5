import Descent
import Foundation
import Testing

/// Runs whose files, or options, say what no run can have said: an error that names it, with status 1, and the folder as
/// it was. The checksums of the files are right: only the numbers are not.
@Suite struct HostileRunTests {
  /// To add a case: what is changed, and what the error says.
  struct Case: Sendable, CustomStringConvertible {
    enum Change: Sendable {
      /// A tensor of the state takes these numbers, in its own shape where there are as many.
      case whole(String, [Int64])
      case real(String, [Double])
      /// One element of a tensor of the state.
      case element(String, Int, Double)
      /// A tensor of the state is left out.
      case missing(String)
      /// A field of the configuration has this value, in JSON.
      case field(String, String)
      /// These options are given.
      case options([String])
    }

    let change: Change
    let sentence: String

    init(_ change: Change, _ sentence: String) { (self.change, self.sentence) = (change, sentence) }

    var description: String { "\(change)" }
  }

  private static let counts = "trainer.counts is not what a run can have left there"

  static let cases: [Case] = [
    // Epochs, samples and batches of the epoch under way, samples before, those that count, steps.
    Case(.whole("trainer.counts", [.max, 0, 0, 0, 0, 8]), counts),
    Case(.whole("trainer.counts", [2, 0, 0, .max, 0, 8]), counts),
    Case(.whole("trainer.counts", [-1, 0, 0, 0, 0, 8]), counts),
    Case(.whole("trainer.counts", [2, 0, 0, -64, 0, 8]), counts),
    Case(.whole("trainer.counts", [2, .max, .max, 128, 0, 8]), counts),
    Case(.whole("trainer.counts", [2, 16, 17, 128, 0, 8]), counts),
    Case(.whole("trainer.counts", [2, 16, 0, 128, 0, 8]), counts),
    Case(.whole("trainer.counts", [2, 65, 5, 128, 0, 8]), counts),
    Case(.whole("trainer.counts", [2, 16, 1, 128, 17, 8]), counts),
    Case(.whole("trainer.counts", [2, 0, 0, 128, 0, -1]), counts),
    Case(
      .whole("trainer.counts", [1 << 53, 0, 0, 128, 0, 8]),
      "trainer.epochs is missing, or has another type or size"
    ),
    Case(
      .whole("trainer.counts", [1, 0, 0, 128, 0, 8]), "trainer.epochs is missing, or has another type or size"
    ),
    Case(.whole("trainer.counts", [2, 0, 0]), "trainer.counts is missing, or has another type or size"),
    Case(
      .real("trainer.counts", [2, 0, 0, 128, 0, 8]), "trainer.counts is missing, or has another type or size"),
    Case(.missing("trainer.counts"), "trainer.counts is missing"),
    // The sum of the losses, seconds, the first loss.
    Case(.real("trainer.sums", [.nan, 0, 2.3]), "trainer.sums is not what a run can have left there"),
    Case(.real("trainer.sums", [.infinity, 0, 2.3]), "trainer.sums is not"),
    Case(.real("trainer.sums", [0, .nan, 2.3]), "trainer.sums is not"),
    Case(.real("trainer.sums", [0, -1, 2.3]), "trainer.sums is not"),
    Case(.real("trainer.sums", [0, .infinity, 2.3]), "trainer.sums is not"),
    Case(.real("trainer.sums", [0, 0, -.infinity]), "trainer.sums is not"),
    // The history: epoch, samples, seconds, rate, both losses, both accuracies.
    Case(.element("trainer.epochs", 0, 7), "trainer.epochs is not what a run can have left there"),
    Case(.element("trainer.epochs", 8, 1e300), "trainer.epochs is not"),
    Case(.element("trainer.epochs", 0, .nan), "trainer.epochs is not"),
    Case(.element("trainer.epochs", 1, .nan), "trainer.epochs is not"),
    Case(.element("trainer.epochs", 1, 1.5), "trainer.epochs is not"),
    Case(.element("trainer.epochs", 2, -.infinity), "trainer.epochs is not"),
    Case(.element("trainer.epochs", 4, .infinity), "trainer.epochs is not"),
    Case(.missing("trainer.epochs"), "trainer.epochs is missing"),
    Case(.element("trainer.epochs.present", 0, 2), "trainer.epochs.present is not"),
    Case(.missing("trainer.epochs.present"), "trainer.epochs.present is missing"),
    Case(.missing("trainer.curve.learning_rate"), "trainer.curve.learning_rate is missing"),
    Case(.missing("trainer.stream"), "trainer.stream is missing"),
    Case(.element("trainer.generator", 0, 256), "trainer.generator is not"),
    Case(.missing("trainer.generator"), "trainer.generator is missing"),
    Case(.real("metric.accuracy.sums", [2, 1]), "what was saved of accuracy is not what it adds up"),
    Case(.element("trainer.curve.samples", 0, -9e18), "trainer.curve.samples is not"),
    Case(.element("trainer.curve.samples", 1, 9e18), "trainer.curve.samples is not"),
    Case(.element("trainer.curve.samples", 1, 129), "trainer.curve.samples is not"),
    Case(.element("trainer.curve.samples", 1, 1), "trainer.curve.samples is not"),
    Case(.element("trainer.curve.loss", 0, .nan), "trainer.curve.loss is not"),
    Case(.missing("trainer.curve.loss"), "trainer.curve.loss is missing"),
    // The order: samples, those of an epoch, the epoch, whether it has begun, whether there is a seed, the seed; what orders
    // them; the generator's bytes.
    Case(
      .whole("trainer.loader.counts", [-2, 64, 2, 0, 1, 0]),
      "trainer.loader.counts is not what a run can have left there"),
    Case(.whole("trainer.loader.counts", [64, -2, 2, 0, 1, 0]), "trainer.loader.counts is not"),
    Case(.whole("trainer.loader.counts", [64, 64, -1, 0, 1, 0]), "trainer.loader.counts is not"),
    Case(.whole("trainer.loader.counts", [64, 64, .max, 0, 1, 0]), "trainer.loader.counts is not"),
    Case(.whole("trainer.loader.counts", [64, 64, 2, 2, 1, 0]), "trainer.loader.counts is not"),
    Case(.whole("trainer.loader.counts", [64, 64, 2, 0, .min, 0]), "trainer.loader.counts is not"),
    Case(
      .whole("trainer.loader.counts", [64]), "trainer.loader.counts is missing, or has another type or size"),
    Case(.element("trainer.loader.sampler", 0, 256), "trainer.loader.sampler is not"),
    Case(
      .element("trainer.loader.generator", 0, 256), "trainer.loader.generator is not what a run can have left"
    ),
    Case(.element("trainer.loader.generator", 0, -1), "trainer.loader.generator is not"),
    Case(.element("trainer.loader.generator", 2498, 3), "trainer.loader.generator is not"),
    Case(.whole("trainer.loader.generator", [1, 2, 3]), "trainer.loader.generator is not"),
    Case(.missing("trainer.loader.generator"), "trainer.loader.generator is not"),
    // The optimizer.
    Case(
      .whole("optimizer.linear_relu_stack.0.weight.step", [.max]),
      "linear_relu_stack.0.weight.step is 9223372036854775807, which is no step count"),
    Case(
      .whole("optimizer.linear_relu_stack.0.weight.step", [-1]), "weight.step is -1, which is no step count"),
    Case(.whole("optimizer.linear_relu_stack.0.weight.step", [.min]), "weight.step is -9223372036854775808"),
    Case(.real("optimizer.linear_relu_stack.0.weight.step", [3]), "weight.step is float64 [], not int64 []"),
    Case(
      .real("optimizer.linear_relu_stack.0.weight.mu_product", [.nan]),
      "weight.mu_product is nan, must be finite"),
    Case(.real("optimizer.group.0.lr", [.nan]), "lr"),
    Case(.real("optimizer.group.0.lr", [-1]), "lr"),
    Case(.real("optimizer.group.0.beta1", [1e300]), "beta1"),
    Case(.missing("optimizer.linear_relu_stack.2.bias.exp_avg"), "missing: linear_relu_stack.2.bias.exp_avg"),
    // The model.
    Case(.element("model.linear_relu_stack.2.bias", 0, .nan), "the loss is nan at batch 1 of epoch 3"),
    Case(.missing("model.linear_relu_stack.2.bias"), "missing: linear_relu_stack.2.bias"),
    Case(.whole("model.linear_relu_stack.2.bias", [1, 2]), "linear_relu_stack.2.bias is int64 [2]"),
    // The configuration.
    Case(.field("batch_size", "-1"), "--batch-size is -1"),
    Case(.field("batch_size", "9223372036854775808"), "config.json is damaged"),
    Case(.field("batch_size", "1e300"), "config.json is damaged"),
    Case(.field("epochs", "-9223372036854775808"), "--epochs is -9223372036854775808"),
    Case(.field("seed", "-1"), "config.json is damaged"),
    Case(.field("model", #""mlp:65537""#), "unknown model 'mlp:65537'"),
    Case(.field("model", #""mlp:65536,65536,65536,65536,65536,65536""#), "there is not enough memory"),
    Case(.field("dataset", #""../../etc""#), "unknown data set '../../etc'"),
    Case(.field("optimizer", #"{"name":"nadam","options":{"lr":-1}}"#), "lr"),
    Case(.field("optimizer", #"{"name":"nadam","options":{"nonsense":1}}"#), "nonsense"),
    Case(.field("optimizer", #"{"name":"nobody","options":{}}"#), "unknown optimizer 'nobody'"),
    Case(.field("clip_norm", "-1"), "--clip-norm is -1, must be above 0"),
    Case(.field("save_every", "0"), "--save-every is 0, must be above 0"),
    Case(.field("ema_every", "0"), "--ema-every is 0, must be at least 1"),
    Case(.field("early_stop", "-3"), "--early-stop is -3"),
    Case(.field("metrics", #"["nonsense"]"#), "unknown metric 'nonsense'"),
    Case(.field("schedule", #""nonsense(3)""#), "nonsense"),
    Case(.field("nonsense", "1"), "unknown key 'nonsense'"),
    // Options.
    Case(.options(["--batch-size", "0"]), "--batch-size is 0"),
    Case(
      .options(["--model", "mlp:65536,65536,65536,65536,65536,65536"]),
      "is of mlp:4, which cannot become mlp:65536"),
    Case(.options(["--clip-norm", "0"]), "--clip-norm is 0, must be above 0"),
    Case(.options(["--clip-value", "nan"]), "--clip-value is nan, must be above 0"),
  ]

  /// A run of two epochs of four steps, whose state has every kind of number.
  private static let run: Result<String, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("descent-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    atexit {
      guard let run = try? HostileRunTests.run.get() else { return }
      try? FileManager.default.removeItem(at: URL(fileURLWithPath: run).deletingLastPathComponent())
    }
    try writeSmallDataset(folder, training: 64, test: 10)
    let result = try Command(
      "train", "--dataset", "mnist", "--data-dir", folder, "--model", "mlp:4", "--optimizer", "nadam",
      "--epochs", "2", "--out", "\(folder)/run")
    #expect(result.status == 0, "\(result.errors)")
    return "\(folder)/run"
  }

  @Test(arguments: cases) func anErrorThatNamesIt(_ hostile: Case) throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      try FileManager.default.copyItem(atPath: Self.run.get(), toPath: run)
      var options = ["--epochs", "3"]
      switch hostile.change {
      case .field(let name, let value):
        try change(config: "\(run)/config.json", name, value)
        options = []
      case .options(let given): options += given
      default: try change(state: "\(run)/state.safetensors", hostile.change)
      }
      let before = try contents(run)
      let (process, output, errors) = try Command.start(
        ["train", "--resume", run, "--quiet"] + options)
      let result = try Command(process, output, errors)
      #expect(result.status == 1 || result.status == 64, "\(result.status): \(result.errors)")
      #expect(result.errors.contains(hostile.sentence), "\(result.errors)")
      #expect(!result.errors.contains("Fatal error"))
      #expect(try contents(run) == before)
    }
  }

  private func contents(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) })
  }

  private func change(config path: String, _ name: String, _ value: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    var fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    fields[name] = "VALUE"
    let text = String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
    try Data(text.replacingOccurrences(of: "\"VALUE\"", with: value).utf8).write(
      to: URL(fileURLWithPath: path))
  }

  private func change(state path: String, _ change: Case.Change) throws {
    var (tensors, metadata) = try SafeTensors.read(path)
    func shape(_ name: String, _ count: Int) throws -> Shape {
      let old = try #require(tensors[name], "there is no \(name)")
      return old.count == count ? old.shape : [count]
    }
    switch change {
    case .whole(let name, let numbers): tensors[name] = Tensor(numbers, shape: try shape(name, numbers.count))
    case .real(let name, let numbers): tensors[name] = Tensor(numbers, shape: try shape(name, numbers.count))
    case .element(let name, let index, let value):
      let old = try #require(tensors[name], "there is no \(name)")
      var numbers = old.doubles
      numbers[index] = value
      tensors[name] = Tensor(numbers, shape: old.shape, dtype: old.dtype)
    case .missing(let name): #expect(tensors.removeValue(forKey: name) != nil, "there is no \(name)")
    case .field, .options: break
    }
    try SafeTensors.write(tensors, metadata: metadata, to: path)
  }
}
