import Descent

/// A network that works on scaled inputs, and targets, with the scalers that go with it: their statistics are saved and loaded
/// with the weights. Called, it takes and makes scaled numbers, as it is trained.
final class ScaledModel: Module {
  let inputs: StandardScaler
  let network: Module
  /// nil where targets are classes.
  let targets: StandardScaler?

  init(_ network: Module, inputs: StandardScaler, targets: StandardScaler?) {
    (self.network, self.inputs, self.targets) = (network, inputs, targets)
  }

  override func forward(_ x: Tensor) -> Tensor { network(x) }

  /// Samples as they were measured, in float64, as the network takes them.
  func scaled(_ batch: Batch) -> Batch {
    Batch(
      inputs: inputs.transform(batch.inputs).to(.float32),
      targets: targets?.transform(batch.targets).to(.float32) ?? batch.targets)
  }
}
