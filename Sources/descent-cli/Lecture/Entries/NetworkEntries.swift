import Descent
import DescentCharts
import Foundation

extension LectureEntry {
  /// Schedulers, optimizers, dropout and batch normalization on networks: the chapter's LeNet and the lab's.
  static var networks: [LectureEntry] {
    [
      LectureEntry(
        name: "lenet-schedulers", document: .notebook,
        title: "LeNet with a constant rate, and by square root, factor, multi-factor, cosine and warm-up",
        data: .fashionMNIST, run: lenetSchedulers),
      LectureEntry(
        name: "lab-optimizers", document: .lab,
        title: "SGD, momentum, Nesterov, AdaGrad, RMSprop and Adam on one network", data: .fashionMNIST,
        run: labOptimizers),
      LectureEntry(
        name: "lab-batch-kinds", document: .lab,
        title: "Batch, mini-batch and stochastic gradient descent are SGD with another batch size",
        data: .fashionMNIST, run: labBatchKinds),
      LectureEntry(
        name: "lab-adam-then-sgd", document: .lab,
        title: "Adam converges fast, SGD ends better, Adam first and then SGD", data: .fashionMNIST,
        run: labAdamThenSGD),
      LectureEntry(
        name: "lab-scheduled", document: .lab, title: "A network with and without a scheduler",
        data: .fashionMNIST, run: labScheduled),
      LectureEntry(
        name: "lab-dropout", document: .lab, title: "A network with and without dropout",
        data: .fashionMNIST, run: labDropout),
      LectureEntry(
        name: "lab-batch-norm", document: .lab,
        title: "Batch normalization over N, H and W, not C; a network with and without", data: .fashionMNIST,
        run: labBatchNorm),
    ]
  }

  private static func lenetSchedulers(_ sheet: LectureSheet) throws {
    let epochs = 8
    let schedules: [(String, Schedule?)] = [
      ("constant", nil), ("square root", .squareRoot()), ("factor 0.9", .factor(0.9, stopFactorLR: 1e-2)),
      ("multi-factor, halved at 4 and 6", .multiStep(milestones: [4, 6], gamma: 0.5)),
      ("cosine", .cosine(steps: 6, minimum: 0.01)),
      ("cosine with warm-up", .cosine(steps: 6, minimum: 0.01, warmup: 2)),
    ]
    let results = try schedules.map { name, schedule in
      try FashionRun(
        name: name, model: lenetText, rule: SGD(learningRate: 0.3), batchSize: 256, epochs: epochs,
        images: 12_800,
        testImages: 2000, shuffle: true, schedule: schedule
      ).train(sheet.data)
    }
    sheet.noteEnds(results)
    let rates = try schedules.map { name, schedule in
      (name: name, values: try (schedule ?? .factor(1)).values(base: 0.3, count: epochs))
    }
    for (result, rate) in zip(results, rates) {
      let seen = result.history.epochs.map(\.learningRate)
      let away = zip(seen, rate.values).map { abs($0 - $1) }.max() ?? .nan
      sheet.claim(
        "\(result.name): rates of the epochs", "the schedule's", String(format: "%.1e away", away),
        away < 1e-12)
    }
    try sheet.drawCurves(
      "rates", "What each schedule makes of the rate 0.3.", title: "Schedules by epoch", xLabel: "epoch",
      yLabel: "learning rate", rates)
    try sheet.drawEpochs("runs", "LeNet under each schedule.", title: "LeNet on Fashion-MNIST", results)
    for result in results {
      try sheet.draw(
        "train-test-" + result.name.prefix { $0 != "," }.replacing(" ", with: "-"), "\(result.name).",
        LineChart(
          title: "LeNet, \(result.name)", xLabel: "epoch", yLabel: "loss and accuracy",
          lines: [
            ("train loss", "train_loss"), ("train accuracy", "train_accuracy"),
            ("test accuracy", "validation_accuracy"),
          ]
          .map { .init(name: $0.0, points: result.column($0.1), style: .marked) }))
    }
    sheet.shorten(
      "12800 images and 8 epochs in place of 60000 and 30; ReLU in place of sigmoid, as in Dive into Deep Learning's chapter on schedulers."
    )
    sheet.say(
      "In so few epochs no schedule is clearly ahead of the constant rate, which swings more on its way; a warm-up's slow first epochs are still missing at the end."
    )
  }

  static let lenetText =
    "conv2d(6, 5, padding=2) relu max_pool2d(2) conv2d(16, 5) relu max_pool2d(2) flatten linear(120) relu linear(84) relu linear(10)"

  /// A small network's run: enough to tell the rules apart.
  private static func small(
    _ name: String, _ rule: any OptimizerRule, model: String = "mlp:128", batchSize: Int = 64,
    epochs: Int = 5,
    images: Int = 12_800, schedule: Schedule? = nil, callbacks: [any TrainingCallback] = []
  ) -> FashionRun {
    FashionRun(
      name: name, model: model, rule: rule, batchSize: batchSize, epochs: epochs, images: images,
      testImages: 5000,
      shuffle: true, schedule: schedule, callbacks: callbacks)
  }

  private static func labOptimizers(_ sheet: LectureSheet) throws {
    let runs = [
      small("SGD", SGD(learningRate: 0.01)), small("momentum 0.9", SGD(learningRate: 0.01, momentum: 0.9)),
      small("Nesterov", SGD(learningRate: 0.01, momentum: 0.9, nesterov: true)),
      small("AdaGrad", Adagrad(learningRate: 0.01)), small("RMSprop", RMSprop(learningRate: 0.001)),
      small("Adam", Adam(learningRate: 0.001)),
    ]
    let results = try runs.map { try $0.train(sheet.data) }
    sheet.noteEnds(results)
    sheet.claim(
      "training loss: momentum against plain SGD", "momentum is faster",
      results[..<2].map { String(format: "%.3f", $0.last?.trainLoss ?? .nan) }.joined(separator: ", "),
      (results[1].last?.trainLoss ?? .nan) < (results[0].last?.trainLoss ?? .nan))
    try sheet.drawEpochs("runs", "The lab's optimizers.", title: "784-128-10 on Fashion-MNIST", results)
    sheet.shorten("12800 images, 5 epochs.")
    sheet.say("All but plain SGD are close after five epochs; SGD at the same rate as momentum is behind.")
  }

  private static func labBatchKinds(_ sheet: LectureSheet) throws {
    let runs = [
      small("gradient descent, all 3200", SGD(learningRate: 0.1), batchSize: 3200, epochs: 3, images: 3200),
      small("mini-batches of 32", SGD(learningRate: 0.1), batchSize: 32, epochs: 3, images: 3200),
      small("one sample a step", SGD(learningRate: 0.01), batchSize: 1, epochs: 3, images: 3200),
    ]
    let results = try runs.map { try $0.train(sheet.data) }
    sheet.noteEnds(results)
    sheet.claim(
      "training loss after 3 epochs", "more steps, more progress",
      results.map { String(format: "%.3f", $0.last?.trainLoss ?? .nan) }.joined(separator: ", "),
      (results[0].last?.trainLoss ?? .nan) > (results[1].last?.trainLoss ?? .nan))
    try sheet.drawEpochs("runs", "The same loop with three batch sizes.", title: "SGD by batch size", results)
    sheet.shorten("3200 images.")
    sheet.say("torch.optim.SGD is any of the three: what makes the difference is the loader's batch size.")
  }

  private static func labAdamThenSGD(_ sheet: LectureSheet) throws {
    let sgd = SGD(learningRate: 0.05, momentum: 0.9)
    let runs = [
      small("Adam", Adam(learningRate: 0.001), epochs: 10), small("SGD", sgd, epochs: 10),
      small(
        "Adam, then SGD", Adam(learningRate: 0.001), epochs: 10,
        callbacks: [OptimizerHandOver(to: SGD(learningRate: 0.01, momentum: 0.9), afterEpochs: 5)]),
    ]
    let results = try runs.map { try $0.train(sheet.data) }
    sheet.noteEnds(results)
    let first = results.map { $0.history.epochs.first?.trainLoss ?? .nan }
    sheet.note(
      "training loss of the first epoch: Adam, SGD", "Adam converges fast",
      String(format: "%.3f, %.3f", first[0], first[1]))
    sheet.note(
      "test accuracy: Adam, SGD, both", "SGD usually ends better; both for fine-tuning",
      results.map { String(format: "%.4f", $0.accuracy) }.joined(separator: ", "))
    try sheet.drawEpochs("runs", "Adam, SGD, and one after the other.", title: "The lab's advice", results)
    sheet.shorten("12800 images, 10 epochs.")
    let best = results.max { $0.accuracy < $1.accuracy }?.name ?? ""
    sheet.say(
      "Here \(best) is ahead on the test images after ten epochs. The three are within a percent or two of one another: the advice is neither confirmed nor refuted at this size."
    )
  }

  private static func labScheduled(_ sheet: LectureSheet) throws {
    let rule = SGD(learningRate: 0.1, momentum: 0.9)
    let results = try [
      small("without", rule, epochs: 8),
      small("cosine", rule, epochs: 8, schedule: .cosineAnnealing(steps: 8)),
      small("step, a fifth every 3", rule, epochs: 8, schedule: .step(stepSize: 3, gamma: 0.2)),
      small("exponential 0.65", rule, epochs: 8, schedule: .exponential(gamma: 0.65)),
    ].map { try $0.train(sheet.data) }
    sheet.noteEnds(results)
    let losses = results.map { $0.last?.trainLoss ?? .nan }
    sheet.claim(
      "training loss with any schedule", "below that without",
      losses.map { String(format: "%.3f", $0) }.joined(separator: ", "),
      losses.dropFirst().allSatisfy { $0 < losses[0] })
    try sheet.drawEpochs(
      "runs", "The same rule under schedules.", title: "With and without a scheduler", results)
    sheet.shorten("12800 images, 8 epochs.")
    sheet.say(
      "At a rate that is high for the end of training, each schedule ends lower than the constant rate.")
  }

  private static func labDropout(_ sheet: LectureSheet) throws {
    let rule = Adam(learningRate: 0.001)
    let results = try [
      ("without", "flatten linear(256) relu linear(256) relu linear(10)"),
      ("dropout 0.5", "flatten linear(256) relu dropout(0.5) linear(256) relu dropout(0.5) linear(10)"),
    ].map { try small($0, rule, model: $1, epochs: 12, images: 3200).train(sheet.data) }
    sheet.noteEnds(results)
    // What is measured while training has the dropout in it; the test images are predicted without.
    let gaps = results.map { ($0.last?.validationLoss ?? .nan) - ($0.last?.trainLoss ?? .nan) }
    sheet.claim(
      "test loss less training loss", "smaller with dropout",
      gaps.map { String(format: "%.3f", $0) }.joined(separator: ", "), gaps[1] < gaps[0])
    try sheet.draw(
      "loss", "Training and test loss with and without dropout.",
      LineChart(
        title: "Dropout 0.5 between three layers", xLabel: "epoch", yLabel: "loss",
        lines: results.flatMap { result in
          [("training", "train_loss"), ("test", "validation_loss")].map { kind, column in
            LineChart.Line(name: "\(result.name), \(kind)", points: result.column(column), style: .marked)
          }
        }))
    let x = Tensor.ones([10_000])
    let dropped = x.dropout(p: 0.5)
    let share = (dropped .== 0).to(.float32).mean().item()
    sheet.chance("share of units that dropout 0.5 puts out", "0.5", share, in: 0.475...0.525)
    sheet.shorten("3200 images, so that there is something to overfit.")
    sheet.say("Without dropout the training loss falls away below the test loss; with it they stay together.")
  }

  private static func labBatchNorm(_ sheet: LectureSheet) throws {
    manualSeed(0)
    let x = Tensor.randn([8, 3, 5, 5], dtype: .float32) * 3 + 2
    let network = try Network("batch_norm2d(3)", inputs: [8, 3, 5, 5])
    let y = noGrad { network(x) }
    for channel in 0..<3 {
      let part = y[.all, channel..<channel + 1]
      sheet.chance("channel \(channel + 1): mean over N, H, W", "0", part.mean().item(), in: -1e-4...1e-4)
      sheet.chance(
        "channel \(channel + 1): deviation", "1", part.standardDeviation(correction: 0).item(),
        in: 0.999...1.001)
    }
    let rule = SGD(learningRate: 0.1)
    let plain =
      "conv2d(6, 5, padding=2) sigmoid avg_pool2d(2) conv2d(16, 5) sigmoid avg_pool2d(2) flatten linear(120) sigmoid linear(84) sigmoid linear(10)"
    let normed =
      "conv2d(6, 5, padding=2) batch_norm2d(6) sigmoid avg_pool2d(2) conv2d(16, 5) batch_norm2d(16) sigmoid avg_pool2d(2) flatten linear(120) batch_norm1d(120) sigmoid linear(84) batch_norm1d(84) sigmoid linear(10)"
    let results = try [("without", plain), ("with batch normalization", normed)].map {
      try small($0, rule, model: $1, epochs: 5, images: 6400).train(sheet.data)
    }
    sheet.noteEnds(results)
    sheet.claim(
      "test accuracy", "higher with batch normalization",
      results.map { String(format: "%.3f", $0.accuracy) }.joined(separator: ", "),
      results[1].accuracy > results[0].accuracy)
    try sheet.drawEpochs(
      "runs", "LeNet with sigmoids.", title: "LeNet with and without batch normalization", results)
    sheet.shorten("6400 images, 5 epochs.")
    sheet.say("LeNet with sigmoids hardly moves at this rate; normalized, it learns from the first epoch on.")
  }
}
