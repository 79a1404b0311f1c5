import CDescent

/// One walk over the tape, from a result back to what it was computed from.
final class BackwardPass {
  /// Whether the gradients are to be differentiated in turn.
  let createsGraph: Bool
  /// Where to leave gradients instead of in the leaves' `grad`.
  private let targets: [Tensor]?
  /// Whether to go no further than the targets.
  private let endsAtTargets: Bool
  private(set) var collected: [Tensor?]

  private init(createsGraph: Bool, targets: [Tensor]?, endsAtTargets: Bool = false) {
    self.createsGraph = createsGraph
    self.targets = targets
    self.endsAtTargets = endsAtTargets
    collected = Array(repeating: nil, count: targets?.count ?? 0)
  }

  /// Whether a pullback may add a leaf's gradient to `grad` itself, where a kernel can do so in passing.
  var accumulatesIntoLeaves: Bool { targets == nil }

  /// Adds the gradients of `root`, times `upstream`, to the leaves' `grad`.
  static func accumulate(root: Tensor, upstream: Tensor, createsGraph: Bool) {
    let state = ThreadState.current
    let pass = createsGraph ? BackwardPass(createsGraph: true, targets: nil) : state.pointee.plainPass
    withRecording(createsGraph) { pass.run(root, upstream) }
  }

  /// The pass that keeps nothing, made once a thread.
  static func plain() -> BackwardPass { BackwardPass(createsGraph: false, targets: nil) }

  /// The gradients of `root`, times `upstream`, with respect to `targets`; nil where it does not depend.
  ///
  /// - Parameter endsAtTargets: whether nothing before the targets is looked at; so a pullback can run a pass over
  ///   what it computed itself, while the pass that called it is under way.
  static func collect(
    root: Tensor, upstream: Tensor, targets: [Tensor], createsGraph: Bool, endsAtTargets: Bool = false
  ) -> [Tensor?] {
    let pass = BackwardPass(createsGraph: createsGraph, targets: targets, endsAtTargets: endsAtTargets)
    withRecording(createsGraph) { pass.run(root, upstream) }
    return pass.collected
  }

  private func run(_ root: Tensor, _ upstream: Tensor) {
    guard let rootNode = root.node else {
      deliver(upstream, to: root)
      return
    }
    if targets == nil && rootNode.isChain { return runChain(rootNode, upstream) }
    deliverToTargets(upstream, root)
    var nodes = nodesDeepestFirst(from: rootNode)
    rootNode.upstream = upstream
    for node in nodes {
      guard let upstream = node.upstream else { continue }
      node.upstream = nil
      let gradients = node.pullBack(upstream, self)
      if let input = node.inputs.0, let gradient = gradients.0 { deliver(gradient, to: input) }
      if let input = node.inputs.1, let gradient = gradients.1 { deliver(gradient, to: input) }
      if let input = node.inputs.2, let gradient = gradients.2 { deliver(gradient, to: input) }
    }
    for node in nodes { node.isCollected = false }
    nodes.removeAll(keepingCapacity: true)
    ThreadState.current.pointee.nodes = nodes
  }

  /// The same without a list: what most networks are.
  private func runChain(_ root: Node, _ upstream: Tensor) {
    var (node, upstream) = (root, upstream)
    while true {
      let gradients = node.pullBack(upstream, self)
      var next: Node?
      var nextUpstream = upstream
      if let gradient = gradients.0, let input = node.inputs.0 { step(gradient, input, &next, &nextUpstream) }
      if let gradient = gradients.1, let input = node.inputs.1 { step(gradient, input, &next, &nextUpstream) }
      if let gradient = gradients.2, let input = node.inputs.2 { step(gradient, input, &next, &nextUpstream) }
      guard let next else { return }
      (node, upstream) = (next, nextUpstream)
    }
  }

  /// Goes on to a result, or leaves its gradient with a leaf.
  @inline(__always)
  private func step(_ gradient: Tensor, _ input: Tensor, _ next: inout Node?, _ upstream: inout Tensor) {
    if let inner = input.node {
      (next, upstream) = (inner, gradient)
    } else {
      deliver(gradient, to: input)
    }
  }

  /// The nodes that `root` depends on, each after all of its consumers.
  private func nodesDeepestFirst(from root: Node) -> [Node] {
    let state = ThreadState.current
    var nodes: [Node] = []
    swap(&nodes, &state.pointee.nodes)
    root.isCollected = true
    nodes.append(root)
    var next = 0
    func visit(_ input: Tensor?) {
      guard let input, let node = input.node, !node.isCollected, !ends(at: input) else { return }
      node.isCollected = true
      nodes.append(node)
    }
    while next < nodes.count {
      let node = nodes[next]
      next += 1
      visit(node.inputs.0)
      visit(node.inputs.1)
      visit(node.inputs.2)
    }
    // A chain is in order as it is found.
    var isOrdered = true
    for i in nodes.indices.dropFirst() where nodes[i - 1].depth < nodes[i].depth { isOrdered = false }
    if !isOrdered { nodes.sort { $0.depth > $1.depth } }
    return nodes
  }

  private func deliver(_ gradient: Tensor, to input: Tensor) {
    if let node = input.node {
      deliverToTargets(gradient, input)
      if ends(at: input) { return }
      node.upstream = node.upstream.map { $0 + gradient } ?? gradient
    } else if input.isLeafWithGradient {
      if targets != nil {
        deliverToTargets(gradient, input)
      } else {
        let sum = createsGraph ? input.grad.map { $0 + gradient } ?? gradient : nil
        input.accumulateGradient(gradient)
        input.recordedGradient = sum
      }
    }
  }

  private func ends(at input: Tensor) -> Bool {
    endsAtTargets && (targets?.contains { $0 === input } ?? false)
  }

  private func deliverToTargets(_ gradient: Tensor, _ input: Tensor) {
    guard let targets else { return }
    for (index, target) in targets.enumerated() where target === input {
      collected[index] = collected[index].map { $0 + gradient } ?? gradient
    }
  }
}

extension Tensor {
  /// Computes the gradient of this tensor with respect to every leaf that requires one, and adds it to the
  /// leaf's `grad`. As `torch.Tensor.backward`; the tape stays usable afterwards.
  ///
  /// - Parameters:
  ///   - upstream: what to multiply by; of this tensor's shape. May be left out for a scalar: 1.
  ///   - createGraph: whether the gradients can be differentiated in turn.
  /// - Precondition: the tensor requires gradients.
  public func backward(_ upstream: Tensor? = nil, createGraph: Bool = false) {
    demand(
      requiresGrad,
      "backward() of a tensor that does not require gradients (computed in noGrad, or detached?)")
    BackwardPass.accumulate(root: self, upstream: seed(upstream), createsGraph: createGraph)
  }

  func seed(_ upstream: Tensor?) -> Tensor {
    if let upstream {
      demand(
        upstream.shape == shape && upstream.dtype == dtype,
        "a \(upstream.dtype.rawValue) upstream gradient of shape \(upstream.shape) for a \(dtype.rawValue) tensor of shape \(shape)"
      )
      return upstream
    }
    demand(
      count == 1,
      "the gradient of a tensor of shape \(shape) needs an upstream gradient; only a scalar does without")
    return ThreadState.current.pointee.one(shape, dtype)
  }

  /// Whether this is the very 1 that a backward pass starts from: nothing need be multiplied by it.
  var isSeed: Bool { self === ThreadState.current.pointee.lastOne }

  /// Adds to the leaf's gradient in place.
  func accumulateGradient(_ gradient: Tensor) {
    // A parameter's gradient has its place in the optimizer's buffer.
    if gradient.isGivenAway && !hasGradient && !(self is Parameter) {
      gradient.isGivenAway = false
      (gradientView, hasGradient, recordedGradient) = (gradient, true, nil)
      return
    }
    let (sum, adds) = gradientDestination()
    if adds {
      var extent = count
      require(
        sum.withOperands(gradient.data) { a, b in
          dsc_binary_run(nil, dtype.c, DSC_ADD, 1, &extent, a, b, sum)
        })
    } else {
      sum.copyMemory(from: gradient.data, byteCount: count * dtype.size)
    }
  }

  /// Where a kernel is to leave the leaf's gradient, and whether it adds to what is there.
  func gradientDestination() -> (data: UnsafeMutableRawPointer, adds: Bool) {
    let adds = hasGradient
    if gradientView == nil { gradientView = Tensor(uninitialized: shape, dtype: dtype) }
    hasGradient = true
    if recordedGradient != nil { recordedGradient = nil }
    gradientView!.storage.version &+= 1
    return (gradientView!.data, adds)
  }
}

extension UnsafeMutableRawPointer {
  /// Two contiguous vectors as operands of an elementwise kernel.
  fileprivate func withOperands<Result>(
    _ other: UnsafeMutableRawPointer,
    _ body: (UnsafePointer<dsc_operand>, UnsafePointer<dsc_operand>) -> Result
  ) -> Result {
    var a = dsc_operand()
    a.data = UnsafeRawPointer(self)
    a.strides.0 = 1
    var b = a
    b.data = UnsafeRawPointer(other)
    return body(&a, &b)
  }
}
