import Descent

/// Losses.
extension GradCheckTests {
  private static var signs: Tensor { Tensor([1, -1, 1, 1, -1, 1], shape: [2, 3], dtype: .float64) }

  static func lossChecks(_ operation: String) -> [Check]? {
    switch operation {
    case "nll_loss":
      return Reduction.allCases.map { reduction in
        one { NLLLoss(reduction: reduction)($0 * $0, Tensor(classes: [2, 0])) }
      }
    case "linear_cross_entropy_loss":
      return [Reduction.mean, .sum].map { reduction in
        Check(inputs: [a, b + b + a, [0.3, -0.2]], shapes: [[3, 2], [9, 2], [2]]) {
          let bias = ($0[2].reshaped([1, 2]).expanded(to: [9, 2]) * Tensor.ones([9, 2], dtype: .float64)).sum(
            dim: 1)
          return linearCrossEntropy(
            $0[0], $0[1], bias, Tensor(classes: [2, 0, 8]), loss: CrossEntropyLoss(reduction: reduction))
        }
      }
    case "cross_entropy_loss":
      return crossEntropyChecks
    case "mse_loss":
      return Reduction.allCases.map { reduction in two { MSELoss(reduction: reduction)($0, $1) } } + [
        two { MSELoss()(squashed($0), $1) }
      ]
    case "l1_loss":
      return [two { L1Loss()($0, $1) * $0.sum() }]
    case "smooth_l1_loss":
      return [two { SmoothL1Loss(beta: 2)($0, $1) }]
    case "huber_loss":
      return [two { HuberLoss(delta: 0.5)($0, $1) }]
    case "log_cosh_loss":
      return [two { LogCoshLoss()($0, $1) }]
    case "quantile_loss":
      return [two { QuantileLoss(quantile: 0.3)($0, $1) * $0.sum() }]
    case "soft_margin_loss":
      return [two { SoftMarginLoss()($0, $1) }]
    case "poisson_nll_loss":
      return [
        two { PoissonNLLLoss()($0, $1) },
        two { PoissonNLLLoss(logInput: false, full: true)($0.exp(), $1.exp() + 2) },
      ]
    case "kl_div_loss":
      return [two { KLDivLoss(reduction: .batchMean, logTarget: true)($0, $1) }]
        + KLDivLoss.Reduction.allCases.map { reduction in
          two { KLDivLoss(reduction: reduction)($0, squashed($1)) }
        }
    case "focal_loss":
      return [two { FocalLoss(gamma: 1.5)($0, $1) }]
    case "bce_loss":
      return Reduction.allCases.map { reduction in
        two { BCELoss(reduction: reduction)(squashed($0), squashed($1)) }
      }
    case "bce_with_logits_loss":
      return Reduction.allCases.map { reduction in
        two { BCEWithLogitsLoss(reduction: reduction)($0, squashed($1)) }
      }
    case "gaussian_nll_loss":
      return [two { GaussianNLLLoss(full: true)($0, $1, variance: ($0 * $1).exp()) }]
    case "margin_ranking_loss":
      return [two { MarginRankingLoss(margin: 0.3)($0 * $0, $1, signs) }]
    case "hinge_embedding_loss":
      return [one { HingeEmbeddingLoss()($0 * $0, signs) }]
    case "multi_margin_loss":
      return [one { MultiMarginLoss(p: 2, margin: 1.1)($0, Tensor(classes: [2, 0])) }]
    case "multilabel_margin_loss":
      return [
        one { MultiLabelMarginLoss()($0 * $0, indices([2, 0, -1, 1, -1, 0], [2, 3])) }
      ]
    case "multilabel_soft_margin_loss":
      return [two { MultiLabelSoftMarginLoss()($0, squashed($1)) }]
    case "cosine_embedding_loss":
      return [
        two { CosineEmbeddingLoss(margin: -0.9)($0, $1, Tensor([1, -1], dtype: .float64)) }
      ]
    case "triplet_margin_loss":
      return [
        two { TripletMarginLoss(margin: 3, swap: true)($0, $1, $0 * $1) },
        two { TripletMarginLoss(margin: 3, p: 3)($0, $1, $0 * $1) },
      ]
    case "dice_loss":
      return [two { DiceLoss(reduction: .none)(squashed($0), squashed($1)) }]
    case "loss_slope":
      return [one { LogCoshLoss()($0 * $0, $0) }]
    default: return nil
    }
  }

  private static func squashed(_ x: Tensor) -> Tensor { x.sigmoid() }

  private static var crossEntropyChecks: [Check] {
    Reduction.allCases.flatMap { reduction in
      [0, 0.2].map { smoothing in
        one { logits in
          let weight = Tensor([0.5, 1, 2], dtype: .float64)
          let loss = CrossEntropyLoss(
            weight: smoothing > 0 ? weight : nil, labelSmoothing: smoothing, reduction: reduction)
          return loss(logits, Tensor(classes: [2, 0]))
        }
      }
    } + [
      two { CrossEntropyLoss(labelSmoothing: 0.1)($0, $1.softmax()) },
      one([1, 3, 2]) { CrossEntropyLoss()($0, Tensor([Int64(2), 0], shape: [1, 2])) },
    ]
  }
}
