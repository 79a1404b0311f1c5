extension LectureItem {
  static let notebook = list(.notebook, stochastic + minibatch + momentum + adaptive + exercises)

  private typealias Items = [(kind: Kind, text: String, entries: [String])]

  private static let stochastic: Items = [
    (.formula, "The objective as a mean, and its gradient", ["unbiased"]),
    (.claim, "The stochastic gradient is an unbiased estimate of the gradient", ["unbiased"]),
    (.claim, "An iteration costs O(1) in place of O(n)", ["risk-cost"]),
    (.figure, "Sketches: a gradient's estimate, paths of SGD and GD", ["paths-stochastic"]),
    (.figure, "Vanilla gradient descent on x1² + 2 x2², 20 steps", ["trace-descent"]),
    (.figure, "Noisy gradient, 50 steps", ["trace-noisy"]),
    (.claim, "The quality does not improve after additional steps", ["trace-noisy"]),
    (.formula, "Piecewise constant, exponential, polynomial rates", ["rates-dynamic"]),
    (.figure, "The three rates over t in [0, 2]", ["rates-dynamic"]),
    (.number, "Batches of 2 of 10 samples: 5 iterations, an epoch; 10² of 10⁷: 10⁵", ["epoch-counts"]),
    (.figure, "Exponential decay, 1000 steps: far from the optimum", ["trace-noisy-exponential"]),
    (.figure, "Polynomial decay, 50 steps: good convergence", ["trace-noisy-polynomial"]),
    (.formula, "The convergence bound for convex objectives", ["convex-bound"]),
    (.claim, "Known horizon: η = r / (L √T) gives rL / √T", ["convex-bound"]),
    (.claim, "Unknown horizon: η = O(1/√T) costs a logarithmic factor", ["convex-bound"]),
    (.claim, "Strongly convex losses converge faster, O(log T / T)", ["convex-bound"]),
    (.number, "P(chosen at least once) is about 0.63", ["sampling"]),
    (.number, "P(chosen exactly once) is about 0.37", ["sampling"]),
  ]

  private static let minibatch: Items = [
    (.number, "8 GPUs in 16 servers: a mini-batch of 128", ["epoch-counts"]),
    (.number, "2 · 10⁹ · 16 · 32 = 10¹² bytes a second", ["epoch-counts"]),
    (
      .number, "Elements, columns, full product: 1.36, 0.0234, 0.0050 s; 1.473, 85.459, 117.515 Gflop/s",
      ["vectorization"]
    ),
    (.claim, "The deviation falls by b^-1/2", ["minibatch-variance"]),
    (.number, "Blocks of 64 columns: 398.282 Gflop/s, as efficient as the full product", ["vectorization"]),
    (.program, "Reading the airfoil data: whitened, 1500 rows", ["airfoil-gd"]),
    (.figure, "Batch gradient descent: loss 0.244, 0.038 s an epoch", ["airfoil-gd"]),
    (.figure, "SGD: loss 0.244, 0.077 s an epoch", ["airfoil-sgd"]),
    (.claim, "1500 updates an epoch", ["epoch-counts"]),
    (.figure, "Batches of 100: loss 0.249, 0.005 s an epoch", ["airfoil-batch-100"]),
    (.figure, "Batches of 10: loss 0.245, 0.015 s an epoch", ["airfoil-batch-10"]),
    (.figure, "Loss against time of the four", ["airfoil-time"]),
    (.figure, "Concise implementation: loss 0.246", ["airfoil-concise"]),
  ]

  private static let momentum: Items = [
    (.formula, "Leaky averages of gradients", ["sample-weights"]),
    (.figure, "Gradient descent on 0.1 x1² + 2 x2², rate 0.4", ["valley-descent"]),
    (.figure, "With rate 0.5 (0.6 in the text): diverges in x2", ["valley-descent"]),
    (.formula, "The momentum method", ["valley-momentum"]),
    (.figure, "Momentum 0.5, rate 0.6", ["valley-momentum"]),
    (.figure, "Momentum 0.25: barely converges", ["valley-momentum"]),
    (.number, "The weights add up to 1 / (1 - β)", ["sample-weights"]),
    (.figure, "Effective sample weights, β = 0.95, 0.9, 0.6, 0", ["sample-weights"]),
    (.figure, "Momentum 0.5, rate 0.02: loss 0.245", ["airfoil-momentum-0.5"]),
    (.number, "Momentum 0.9 is an effective sample size of 10", ["sample-weights"]),
    (.figure, "Momentum 0.9, rate 0.01: loss 0.257", ["airfoil-momentum-0.9"]),
    (.figure, "Momentum 0.9, rate 0.005: loss 0.251", ["airfoil-momentum-0.9-slow"]),
    (.figure, "Concise: loss 0.243", ["airfoil-momentum-concise"]),
    (.formula, "Minimizer and minimum of a convex quadratic", ["exercise-minimizer"]),
    (
      .claim, "Descent, with and without momentum, decomposes along the eigenvectors",
      ["exercise-orthogonal", "exercise-eigenvalues"]
    ),
    (.figure, "(1 - η λ)^t for λ = 0.1, 1, 10, 19", ["scalar-rates"]),
    (.claim, "Descent converges for |1 - η λ| < 1", ["scalar-rates"]),
    (.formula, "The matrix R(β, η, λ)", ["momentum-matrix"]),
    (.claim, "Momentum converges for 0 < η λ < 2 + 2 β", ["momentum-matrix"]),
  ]

  private static let adaptive: Items = [
    (.claim, "A rate for each coordinate suits sparse features", ["sparse-features"]),
    (.formula, "The condition number, and preconditioning by the diagonal", ["exercise-gerschgorin"]),
    (.formula, "AdaGrad", ["valley-adagrad"]),
    (.figure, "AdaGrad on the valley, rate 0.4", ["valley-adagrad"]),
    (.figure, "AdaGrad, rate 2", ["valley-adagrad"]),
    (.figure, "AdaGrad from scratch, rate 0.1: loss 0.243", ["airfoil-adagrad"]),
    (.figure, "AdaGrad concisely: loss 0.244", ["airfoil-adagrad-concise"]),
    (.formula, "RMSProp", ["valley-rmsprop"]),
    (.figure, "RMSProp's weights of the past, γ = 0.95, 0.9, 0.8, 0.7", ["rmsprop-weights"]),
    (.figure, "RMSProp on the valley, rate 0.4, γ = 0.9", ["valley-rmsprop"]),
    (.number, "γ = 0.9 aggregates over 10 observations", ["rmsprop-weights"]),
    (.figure, "RMSProp from scratch: loss 0.247", ["airfoil-rmsprop"]),
    (.figure, "RMSProp concisely: loss 0.244", ["airfoil-rmsprop-concise"]),
    (.formula, "Adadelta", ["exercise-adadelta-fused"]),
    (.figure, "Adadelta from scratch, ρ = 0.9: loss 0.243", ["airfoil-adadelta"]),
    (.figure, "Adadelta concisely: loss 0.243", ["airfoil-adadelta-concise"]),
    (.formula, "Adam, with corrections", ["adam-formula"]),
    (.figure, "Adam from scratch, rate 0.01: loss 0.245", ["airfoil-adam"]),
    (.figure, "Adam concisely: loss 0.246", ["airfoil-adam-concise"]),
    (.claim, "Adam can fail to converge; Yogi is a fix", ["exercise-adam-yogi"]),
    (.figure, "Yogi: loss 0.244", ["airfoil-yogi"]),
    (.program, "The chapter's schedulers on LeNet", ["lenet-schedulers"]),
  ]

  private static let exercises: Items = [
    (.exercise, "SGD 1: schedules and numbers of iterations", ["exercise-schedules"]),
    (.exercise, "SGD 2: noise on the gradient as a loss with random targets", ["exercise-noise"]),
    (.exercise, "SGD 3: with and without replacement", ["exercise-replacement"]),
    (.exercise, "SGD 4: a coordinate that is consistently larger", ["exercise-large-coordinate"]),
    (.exercise, "SGD 5: the minima of x² (1 + sin x)", ["exercise-minima"]),
    (.exercise, "Mini-batch 1: batch size and rate", ["exercise-batch-rate"]),
    (.exercise, "Mini-batch 2: a tenth of the rate after each epoch", ["exercise-rate-tenth"]),
    (.exercise, "Mini-batch 3: sampling with replacement", ["exercise-replacement"]),
    (.exercise, "Mini-batch 4: the evil genie", ["exercise-genie"]),
    (.exercise, "Momentum 1: combinations of momentum and rate", ["exercise-momentum-rates"]),
    (.exercise, "Momentum 2: eigenvalues 2^-i", ["exercise-eigenvalues"]),
    (.exercise, "Momentum 3: minimizer and minimum of a quadratic", ["exercise-minimizer"]),
    (.exercise, "Momentum 4: with SGD and with mini-batches", ["exercise-momentum-sgd"]),
    (.exercise, "AdaGrad 1: orthogonal changes of variables", ["exercise-orthogonal"]),
    (.exercise, "AdaGrad 2: the objective rotated by 45 degrees", ["exercise-rotated-adagrad"]),
    (
      .exercise, "AdaGrad 3: proof of Gerschgorin's theorem -- a proof; the discs are shown",
      ["exercise-gerschgorin"]
    ),
    (.exercise, "AdaGrad 4: Gerschgorin's discs of the preconditioned matrix", ["exercise-gerschgorin"]),
    (.exercise, "AdaGrad 5: LeNet on Fashion-MNIST", ["exercise-adagrad-lenet"]),
    (.exercise, "AdaGrad 6: a less aggressive decay", ["exercise-adagrad-milder"]),
    (.exercise, "RMSProp 1: γ = 1", ["exercise-rmsprop-gamma-1"]),
    (.exercise, "RMSProp 2: the rotated objective", ["exercise-rotated-rmsprop"]),
    (.exercise, "RMSProp 3: Fashion-MNIST, and the rate", ["exercise-rmsprop-lenet"]),
    (.exercise, "RMSProp 4: adjusting γ", ["exercise-rmsprop-gamma"]),
    (.exercise, "Adadelta 1: other ρ", ["exercise-adadelta-rho"]),
    (.exercise, "Adadelta 2: without g'", ["exercise-adadelta-fused"]),
    (.exercise, "Adadelta 3: problems that break it", ["exercise-adadelta-breaks"]),
    (.exercise, "Adadelta 4: beside AdaGrad and RMSProp", ["exercise-adadelta-compared"]),
    (.exercise, "Adam 1: other rates", ["exercise-adam-rate"]),
    (.exercise, "Adam 2: without bias correction", ["exercise-adam-uncorrected"]),
    (.exercise, "Adam 3: why the rate must fall", ["exercise-adam-decay"]),
    (.exercise, "Adam 4: Adam diverges, Yogi converges", ["exercise-adam-yogi"]),
  ]
}
