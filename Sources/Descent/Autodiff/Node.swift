/// Gradients with respect to a node's inputs, as far as they are wanted.
typealias InputGradients = (Tensor?, Tensor?, Tensor?)

/// One recorded operation: its inputs, and how a gradient of its output becomes gradients of its inputs.
final class Node {
  /// Computes the inputs' gradients from the output's. Written in tensor operations, so that with
  /// `pass.createsGraph` the result can be differentiated again.
  ///
  /// It may hold the node's inputs, and detached copies of its output; the output itself would be a cycle. A
  /// closure that takes them from the node instead holds nothing, and costs no allocation.
  typealias Pullback = (_ node: Node, _ upstream: Tensor, _ pass: BackwardPass) -> InputGradients

  let operation: TapeOperation
  @exclusivity(unchecked) private(set) var inputs: (Tensor?, Tensor?, Tensor?)
  /// What the forward pass kept for the backward pass: a tensor, a number.
  let saved: Tensor?
  let factor: Double
  /// One more than the deepest input's: a node's consumers are all deeper than it is.
  let depth: Int
  /// Whether at most one input is itself a result, and so all the way down: then the nodes need no sorting.
  let isChain: Bool
  @exclusivity(unchecked) private var pullback: Pullback?
  /// The sum of the inputs' versions when recorded.
  private let versions: Int

  // While a backward pass runs:
  @exclusivity(unchecked) var upstream: Tensor?
  @exclusivity(unchecked) var isCollected = false

  init(
    _ operation: TapeOperation, _ a: Tensor, _ b: Tensor?, _ c: Tensor?, saved: Tensor?, factor: Double,
    pullback: @escaping Pullback
  ) {
    self.operation = operation
    self.saved = saved
    self.factor = factor
    inputs = (a, b, c)
    let (x, y, z) = (a.node, b?.node, c?.node)
    depth = 1 + max(x?.depth ?? 0, max(y?.depth ?? 0, z?.depth ?? 0))
    let results = (x == nil ? 0 : 1) + (y == nil ? 0 : 1) + (z == nil ? 0 : 1)
    isChain = results == 0 || results == 1 && (x ?? y ?? z)?.isChain ?? false
    self.pullback = pullback
    versions = Self.versions(a, b, c)
  }

  @inline(__always)
  private static func versions(_ a: Tensor?, _ b: Tensor?, _ c: Tensor?) -> Int {
    (a?.storage.version ?? 0) &+ (b?.storage.version ?? 0) &+ (c?.storage.version ?? 0)
  }

  func pullBack(_ upstream: Tensor, _ pass: BackwardPass) -> InputGradients {
    demand(
      Self.versions(inputs.0, inputs.1, inputs.2) == versions,
      """
      \(operation.rawValue): a tensor needed for the gradient was changed in place after the forward pass \
      (an optimizer step between forward and backward?)
      """)
    guard let pullback else { return (nil, nil, nil) }
    return pullback(self, upstream, pass)
  }

  /// Long chains are taken down one node after another; letting the fields go would recurse once a node.
  deinit {
    guard inputs.0?.node != nil || inputs.1?.node != nil || inputs.2?.node != nil,
      let state = ThreadState.existing
    else { return }
    if let a = inputs.0 { state.pointee.discarded.append(a) }
    if let b = inputs.1 { state.pointee.discarded.append(b) }
    if let c = inputs.2 { state.pointee.discarded.append(c) }
    inputs = (nil, nil, nil)
    pullback = nil
    guard !state.pointee.isDiscarding else { return }
    state.pointee.isDiscarding = true
    while let tensor = state.pointee.discarded.popLast() { withExtendedLifetime(tensor) {} }
    state.pointee.isDiscarding = false
  }
}

extension Tensor {
  /// Whether an operation on these inputs is recorded.
  @inline(__always)
  static func records(_ a: Tensor, _ b: Tensor? = nil, _ c: Tensor? = nil) -> Bool {
    (a.requiresGrad || (b?.requiresGrad ?? false) || (c?.requiresGrad ?? false))
      && ThreadState.current.pointee.recordsGradients
  }

  /// Records how this result came about, if recording is on and an input requires gradients.
  @inline(__always)
  func recorded(
    _ operation: TapeOperation, _ a: Tensor, _ b: Tensor? = nil, _ c: Tensor? = nil, saved: Tensor? = nil,
    factor: Double = 1, pullback: @autoclosure () -> Node.Pullback
  ) -> Tensor {
    guard Tensor.records(a, b, c) else { return self }
    node = Node(operation, a, b, c, saved: saved, factor: factor, pullback: pullback())
    return self
  }
}

/// Runs `body` without recording: results require no gradients. As `torch.no_grad()`.
public func noGrad<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  try withRecording(false, body)
}

/// Runs `body` with recording on, inside `noGrad` too. As `torch.enable_grad()`.
public func enableGrad<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  try withRecording(true, body)
}

func withRecording<Result, Failure: Error>(
  _ on: Bool, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let state = ThreadState.current
  let before = state.pointee.recordsGradients
  state.pointee.recordsGradients = on
  defer { state.pointee.recordsGradients = before }
  return try body()
}
