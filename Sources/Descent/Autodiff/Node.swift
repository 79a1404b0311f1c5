/// Gradients with respect to a node's inputs, as far as they are wanted.
typealias InputGradients = (Tensor?, Tensor?, Tensor?)

/// One recorded operation: its inputs, and how a gradient of its output becomes gradients of its inputs.
final class Node {
  /// Computes the inputs' gradients from the output's. Written in tensor operations, so that with
  /// `pass.createsGraph` the result can be differentiated again.
  ///
  /// It may hold the node's inputs, and detached copies of its output; the output itself would be a cycle.
  typealias Pullback = (_ upstream: Tensor, _ pass: BackwardPass) -> InputGradients

  let operation: TapeOperation
  private(set) var inputs: (Tensor?, Tensor?, Tensor?)
  /// One more than the deepest input's: a node's consumers are all deeper than it is.
  let depth: Int
  private var pullback: Pullback?
  /// The sum of the inputs' versions when recorded.
  private let versions: Int

  // While a backward pass runs:
  var upstream: Tensor?
  var isCollected = false

  init(_ operation: TapeOperation, _ a: Tensor, _ b: Tensor?, _ c: Tensor?, pullback: @escaping Pullback) {
    self.operation = operation
    inputs = (a, b, c)
    depth = 1 + max(a.node?.depth ?? 0, max(b?.node?.depth ?? 0, c?.node?.depth ?? 0))
    self.pullback = pullback
    versions = Self.versions(a, b, c)
  }

  @inline(__always)
  private static func versions(_ a: Tensor?, _ b: Tensor?, _ c: Tensor?) -> Int {
    (a?.storage.version ?? 0) &+ (b?.storage.version ?? 0) &+ (c?.storage.version ?? 0)
  }

  func pullBack(_ upstream: Tensor, _ pass: BackwardPass) -> InputGradients {
    precondition(
      Self.versions(inputs.0, inputs.1, inputs.2) == versions,
      """
      \(operation.rawValue): a tensor needed for the gradient was changed in place after the forward pass \
      (an optimizer step between forward and backward?)
      """)
    guard let pullback else { return (nil, nil, nil) }
    return pullback(upstream, pass)
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
    _ operation: TapeOperation, _ a: Tensor, _ b: Tensor? = nil, _ c: Tensor? = nil,
    pullback: @autoclosure () -> Node.Pullback
  ) -> Tensor {
    guard Tensor.records(a, b, c) else { return self }
    node = Node(operation, a, b, c, pullback: pullback())
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
