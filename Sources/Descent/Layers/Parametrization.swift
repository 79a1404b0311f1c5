import CDescent

extension Layer {
  /// Has a weight computed at each call from its length and its direction: `g v / |v|`, as
  /// `torch.nn.utils.parametrizations.weight_norm`.
  ///
  ///     let layer = Conv2d(3, 8, kernelSize: 3).weightNorm()
  ///
  /// Its place among the parameters is taken by "parametrizations.weight.original0", g, and "...original1", v, with which
  /// the weight is what it was. A property as `weight` is v from then on: `parameter(_:)` has the weight itself.
  ///
  /// - Parameters:
  ///   - name: the weight's: "weight", of a part "linear1.weight".
  ///   - dim: the dimension of which each index has a length of its own; nil: one length for all.
  /// - Precondition: the layer has a parameter of this name and with this dimension, which is not computed already, and no
  ///   optimizer has it: one is made after this.
  @discardableResult
  public func weightNorm(_ name: String = "weight", dim: Int? = 0) -> Self {
    parametrize(name, "weight_norm", ["dim": option("dim", dim.map(Double.init), blank: -1)])
    return self
  }

  /// Has a weight computed at each call as itself by its largest singular value, so that the layer lengthens nothing, as
  /// `torch.nn.utils.parametrizations.spectral_norm`; a vector by its norm.
  ///
  /// The singular value is that of the weight as a matrix of "parametrizations.weight.0._u" and "..._v", which the power
  /// method turns at each call in training. The weight's place among the parameters is taken by
  /// "parametrizations.weight.original", which a property as `weight` is from then on: `parameter(_:)` has the weight itself.
  ///
  /// - Parameters:
  ///   - name: the weight's: "weight", of a part "linear1.weight".
  ///   - powerIterations: at each call in training.
  ///   - eps: the least norm that is divided by.
  ///   - dim: the dimension that becomes the matrix's rows, negative ones from the end; nil: that of the layer's outputs.
  ///   - generator: what the vectors are drawn from, before 15 iterations.
  /// - Precondition: as for `weightNorm(_:dim:)`, and `powerIterations` is at least 1, `eps` at least 0.
  @discardableResult
  public func spectralNorm(
    _ name: String = "weight", powerIterations: Int = 1, eps: Double = 1e-12, dim: Int? = nil,
    generator: Generator = .default
  ) -> Self {
    let outputs = -Double(DSC_MAX_RANK) - 1
    parametrize(
      name, "spectral_norm",
      [
        "n_power_iterations": Double(powerIterations), "eps": eps,
        "dim": option("dim", dim.map(Double.init), blank: outputs),
      ], generator)
    return self
  }
}
