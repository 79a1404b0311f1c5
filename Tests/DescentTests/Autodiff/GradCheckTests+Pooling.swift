import Descent

/// Pooling, planes in another size, and normalization within samples.
extension GradCheckTests {
  /// Numbers without ties.
  private static let plane = (0..<24).map { Double($0 * 7 % 24) / 8 - 1.4 }

  /// Of [1, 2, 3, 4]. What the transposes give is seen by the second derivatives.
  private static func planes(_ function: @escaping @Sendable (Tensor) -> Tensor) -> Check {
    Check(inputs: [plane], shapes: [[1, 2, 3, 4]]) { function($0[0]) }
  }

  /// With a weight and a bias of three.
  private static func samples(_ function: @escaping @Sendable ([Tensor]) -> Tensor) -> Check {
    Check(
      inputs: [[0.7, -1.3, 2.1, 0.4, -0.6, 1.9], [0.5, 1.5, 2], [1, -1, 0]], shapes: [[2, 3], [3], [3]],
      function: function)
  }

  static func poolingChecks(_ operation: String) -> [Check]? {
    switch operation {
    case "max_pool":
      [
        planes { ($0 * $0 * $0).maxPooled([2, 2], stride: [1, 2], padding: [1, 0]).values },
        planes { $0.maxPooled([2, 2], dilation: [1, 2], ceilMode: true).values.exp() },
      ]
    case "adaptive_max_pool":
      [planes { ($0 * $0 * $0).adaptiveMaxPooled([2, 3]).values }]
    case "avg_pool", "avg_pool_transposed":
      [
        planes { ($0 * $0).averagePooled([2, 2]) },
        planes {
          ($0 * $0).averagePooled(
            [2, 3], stride: [1, 2], padding: [1, 1], ceilMode: true, countIncludePad: false)
        },
        planes { ($0 * $0).averagePooled([3, 2], stride: [1, 1], divisorOverride: 5) },
      ]
    case "adaptive_avg_pool", "adaptive_avg_pool_transposed":
      [planes { ($0 * $0).adaptiveAveragePooled([2, 3]) }]
    case "interpolate", "interpolate_transposed":
      [
        planes { ($0 * $0).interpolated([5, 3]) }, planes { ($0 * $0).interpolated([5, 3], linearly: true) },
        planes { ($0 * $0).interpolated([5, 6], linearly: true, alignCorners: true) },
        Check(inputs: [plane], shapes: [[1, 24, 1, 1]]) { ($0[0] * $0[0]).pixelShuffled(2) },
      ]
    case "layer_norm":
      [samples { layerNorm($0[0], shape: [3], weight: $0[1], bias: $0[2], eps: 0.1) }]
    case "rms_norm":
      [
        samples { rmsNorm($0[0], shape: [3], weight: $0[1], eps: 0.1) + $0[2] },
        samples { rmsNorm($0[0], shape: [2, 3]) * $0[1] + $0[2] },
      ]
    case "group_norm":
      [
        samples { groupNorm($0[0], groups: 1, weight: $0[1], bias: $0[2], eps: 0.1) },
        planes { groupNorm($0, groups: 2, eps: 0.1) }, planes { instanceNorm($0, eps: 0.1) },
      ]
    default: nil
    }
  }
}
