import Descent
import Foundation
import Testing

/// Threads and memory of one's own.
@Suite struct ContextTests {
  private func train() throws -> [Double] {
    let model = Sequential {
      Linear(300, 200, generator: Generator(seed: 1))
      ReLU()
      Linear(200, 4, generator: Generator(seed: 2))
    }
    let optimizer = try Optimizer(for: model, Adam())
    let x = Tensor.randn([256, 300], generator: Generator(seed: 3))
    let y = Tensor(classes: (0..<256).map { $0 % 4 })
    return try (0..<5).map { _ in
      let loss = CrossEntropyLoss()(model(x), y)
      loss.backward()
      try optimizer.step()
      optimizer.zeroGrad()
      return loss.item()
    }
  }

  @Test func resultsDoNotDependOnIt() throws {
    let expected = try train()
    for threads in [1, 2, 4] {
      let context = try Context(threads: threads)
      #expect(context.threads == threads)
      #expect(try withContext(context) { try train() } == expected)
    }
  }

  /// Tensors belong to the context that they were made in, and so does what is computed from them.
  @Test func memoryIsTheContexts() throws {
    let context = try Context(threads: 1)
    let x = withContext(context) { Tensor.ones([1000, 1000]) }
    let before = context.usedBytes
    #expect(before >= 4_000_000)
    let y = x + x
    #expect(context.usedBytes >= before + 4_000_000)
    let other = Tensor.ones([1000, 1000])
    #expect(context.usedBytes < before + 8_000_000)
    withExtendedLifetime((y, other)) {}
  }

  /// What one context draws, another does not miss.
  @Test func randomNumbersAreTheContexts() throws {
    func draw() -> [Double] { Linear(3, 2).weight.doubles }
    let expected = try alone(seed: 5) { [draw(), draw()] }
    try alone(seed: 5) {
      let first = draw()
      try alone(seed: 6) { #expect(draw() != expected[1]) }
      #expect([first, draw()] == expected)
    }
  }

  @Test func freedBlocksAreKeptAndGivenBack() throws {
    let context = try Context(threads: 1)
    withContext(context) { _ = Tensor.ones([1 << 20]) }
    #expect(context.usedBytes == 0 && context.cachedBytes >= 4 << 20)
    context.clearCache()
    #expect(context.cachedBytes == 0)
    context.setCacheLimit(1000)
    withContext(context) { _ = Tensor.ones([1 << 20]) }
    #expect(context.cachedBytes <= 1000)
  }

  @Test func refused() {
    #expect(throws: DescentError.self) { try Context(threads: -1) }
    #expect(throws: DescentError.self) { try Context(threads: 257) }
  }

  /// A computation within a task of `parallelFor` runs in that task.
  @Test func sectionsNest() {
    let sums = Mutex([Double](repeating: 0, count: 8))
    Runtime.parallelFor(8) { index in
      let sum = Tensor.full([300, 300], Double(index)).matmul(.ones([300, 300])).sum().item()
      sums.withLock { $0[index] = sum }
    }
    #expect(sums.withLock { $0 } == (0..<8).map { Double($0) * 27_000_000 })
  }
}

/// A value behind a lock.
private final class Mutex<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value
  init(_ value: Value) { self.value = value }
  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}
