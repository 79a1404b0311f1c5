import Descent

extension GradCheckTests {
  /// Of convolutions.
  static func convolutionChecks(_ operation: String) -> [Check]? {
    let image: [Double] = [0.7, -1.3, 2.1, 0.4, -0.6, 1.9, 1.1, 0.5, -0.8, 1.7, 2.3, -1.4]
    let kernel: [Double] = [0.3, -0.7, 1.2, 0.9, -0.4, 0.6, 1.5, -1.1]
    let bias: [Double] = [0.25, -0.35]
    switch operation {
    case "convolution":
      return [
        Check(inputs: [image, kernel, bias], shapes: [[1, 2, 2, 3], [2, 2, 1, 2], [2]]) {
          $0[0].convolution($0[1], bias: $0[2], stride: [1, 2], padding: 1)
        },
        Check(inputs: [image, Array(kernel.prefix(4))], shapes: [[2, 6], [2, 1, 2]]) {
          $0[0].convolution($0[1], padding: .same, dilation: 3, groups: 2)
        },
      ]
    case "convolution_transpose":
      return [
        Check(inputs: [image, kernel, bias], shapes: [[1, 2, 2, 3], [2, 2, 1, 2], [2]]) {
          $0[0].convolutionTranspose($0[1], bias: $0[2], stride: 2, padding: [0, 1], outputPadding: 1)
        }
      ]
    case "convolution_weight":
      return [
        Check(inputs: [image, kernel], shapes: [[1, 2, 6], [1, 2, 4]]) {
          $0[0].convolutionWeight($0[1], kernelSize: [3])
        }
      ]
    default: return nil
    }
  }
}
