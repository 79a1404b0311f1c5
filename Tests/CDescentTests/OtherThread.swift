import Foundation

/// A thread of its own, for what belongs to a thread.
enum OtherThread {
  /// Whether it gives true on every one of so many threads at once.
  static func runAll(_ count: Int, _ body: @escaping @Sendable (Int) -> Bool) -> Bool {
    let answers = (0..<count).map { _ in Answer() }
    let group = DispatchGroup()
    for (index, answer) in answers.enumerated() {
      group.enter()
      Thread.detachNewThread {
        answer.value = body(index)
        group.leave()
      }
    }
    group.wait()
    return answers.allSatisfy(\.value)
  }

  private final class Answer: @unchecked Sendable { var value = false }

  /// What the body gives there.
  static func run(stack: Int = 1 << 20, _ body: @escaping @Sendable () -> Bool) -> Bool {
    let answer = Answer()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      answer.value = body()
      done.signal()
    }
    thread.stackSize = stack
    thread.start()
    done.wait()
    return answer.value
  }
}
