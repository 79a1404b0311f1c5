import Descent

extension BenchRow {
  /// Layers by their names in the comparison: their text, and the shape of an input.
  private static let single: [(name: String, text: String, shape: Shape)] = [
    ("conv2d/64-64-k3-32x32-b16", "conv2d(64, 64, 3, padding=1)", [16, 64, 32, 32]),
    ("conv2d/256-256-k1-14x14-b16", "conv2d(256, 256, 1)", [16, 256, 14, 14]),
    ("conv2d/64-depthwise-k3-32x32-b16", "conv2d(64, 64, 3, padding=1, groups=64)", [16, 64, 32, 32]),
    ("conv2d/1-6-k5-28x28-b64", "conv2d(1, 6, 5, padding=2)", [64, 1, 28, 28]),
    ("maxpool2d/64-k2-32x32-b16", "max_pool2d(2)", [16, 64, 32, 32]),
    ("batchnorm2d/64-32x32-b16", "batch_norm2d(64)", [16, 64, 32, 32]),
    ("layernorm/256x512", "layer_norm(512)", [256, 512]),
    ("gelu/256x2048", "gelu", [256, 2048]),
    ("dropout/256x2048", "dropout(0.5)", [256, 2048]),
    ("embedding/10000x256-1024", "embedding(10000, 256)", [1024]),
    ("lstm/128-256-t50-b32", "lstm(128, 256, batch_first=true)", [32, 50, 128]),
    ("gru/128-256-t50-b32", "gru(128, 256, batch_first=true)", [32, 50, 128]),
    ("attention/512-h8-t128-b8", "multihead_attention(512, 8, batch_first=true)", [8, 128, 512]),
    ("linear/1024-1024-b32", "linear(1024, 1024)", [32, 1024]),
  ]

  static var layers: [BenchRow] {
    single.map { name, text, shape in
      var row = BenchRow(name: "layer/\(name)") {
        let step = try preparedLayer(text, shape)
        return bestSeconds { _ in step() }
      }
      row.measureWithLimits = {
        let flops = try Network(text).layers(for: shape).reduce(0) { $0 + $1.flops }
        // Forward, and the gradients of input and parameters.
        let products = ProductLimit(flops: 3 * flops)
        let bytes = StreamLimit(shape.elementCount, updated: 2, overwrites: true)
        let limits = flops > 0 ? [("products", products.seconds)] : [("bytes", bytes.seconds)]
        return try inTurns(preparedLayer(text, shape), limits: limits)
      }
      return row
    }
  }

  /// Forward and backward, with the gradients of the input and the parameters.
  private static func preparedLayer(_ text: String, _ shape: Shape) throws -> () -> Void {
    manualSeed(0)
    let layer = try Network(text)
    let isWhole = text.hasPrefix("embedding")
    let x = isWhole ? Tensor(classes: (0..<shape[0]).map { $0 * 7919 % 10_000 }) : .randn(shape)
    if !isWhole { x.requiresGrad = true }
    let upstream = Tensor.randn(layer(x).shape)
    let parameters = layer.parameters
    return {
      for parameter in parameters { parameter.grad = nil }
      if !isWhole { x.grad = nil }
      layer(x).backward(upstream)
    }
  }

  static var lenets: [BenchRow] {
    [16, 64, 256].map { batch in
      BenchRow(name: "lenet/sgd/b\(batch)") {
        manualSeed(0)
        return try time(
          ModelSpec("lenet").make(
            input: [1, 28, 28], outputs: .classes(StandardDataset.mnist.classNames)), CrossEntropyLoss(),
          SGD(learningRate: 0.1), .rand([batch * 10, 1, 28, 28]),
          Tensor(classes: (0..<batch * 10).map { $0 * 7 % 10 }), batch)
      }
    }
  }

  /// The forward pass alone, nothing recorded.
  static var inference: [BenchRow] {
    [1, 64].map { batch in
      BenchRow(name: "infer/mlp/b\(batch)") {
        let model = mlp()
        model.eval()
        let x = Tensor.rand([batch, 784])
        return bestSeconds { _ in noGrad { _ = model(x) } }
      }
    }
  }
}
