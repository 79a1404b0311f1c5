extension LectureItem {
  static let lab = list(
    .lab,
    [
      (.figure, "Paths of batch, mini-batch and stochastic gradient descent", ["lab-paths"]),
      (.claim, "torch.optim.SGD is any of the three, by the batch size", ["lab-batch-kinds"]),
      (.formula, "Momentum: the step before, times the momentum, plus the gradient's", ["polyak"]),
      (.figure, "SGD without momentum and with it", ["lab-momentum"]),
      (.figure, "Nesterov's momentum", ["lab-momentum"]),
      (.formula, "AdaGrad, and its problem: the rate gets close to 0", ["lab-adaptive"]),
      (.formula, "RMSprop: the estimate does not keep increasing", ["lab-adaptive"]),
      (.formula, "Adam is momentum and RMSprop", ["adam-formula", "lab-adaptive"]),
      (.figure, "SGD and momentum stuck at the saddle point", ["lab-saddle"]),
      (.figure, "SGD with momentum has increasing speed", ["lab-acceleration"]),
      (.figure, "SGD and momentum converge slower", ["lab-acceleration"]),
      (
        .claim, "Adam converges fast; SGD usually ends better; Adam first, then SGD",
        ["lab-adam-then-sgd", "lab-optimizers"]
      ),
      (.formula, "LambdaLR", ["lab-lambda"]),
      (.figure, "The rate 100 · 0.65^epoch over ten epochs", ["lab-lambda"]),
      (.figure, "The gallery of schedulers", ["lab-schedulers"]),
      (.figure, "Training with a scheduler", ["lab-scheduled"]),
      (.figure, "Dropout: a network with units put out", ["lab-dropout"]),
      (.claim, "Batch normalization: over N, H and W, not over C", ["lab-batch-norm"]),
    ])
}
