import CDescent

/// Losses by name: see `OperationCalls`.
extension OperationCalls {
  static let lossCalls: [String: Call] = [
    "mse_loss": { dsc_mse_loss($0[0], $0[1], reduction($1), $2) },
    "huber_loss": {
      var options = dsc_huber_options(delta: $1.delta!, reduction: reduction($1))
      return dsc_huber_loss($0[0], $0[1], &options, $2)
    },
  ]

  private static func reduction(_ options: OperationCase.Options) -> dsc_reduction {
    switch options.reduction {
    case "none": DSC_REDUCTION_NONE
    case "sum": DSC_REDUCTION_SUM
    default: DSC_REDUCTION_MEAN
    }
  }
}
