import Foundation

/// Shows how far an epoch is: a bar that moves on a terminal, a line now and then elsewhere. On standard error, so
/// that results can be piped.
public final class ProgressBar: KeepsSteppedWeights {
  private let isTerminal: Bool
  private let width: () -> Int
  private let write: (String) -> Void
  private var lastShown: ContinuousClock.Instant?
  private var isLineOpen = false

  /// A bar on standard error.
  public convenience init() {
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? ""
    let takesEscapes = isatty(STDERR_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
    self.init(isTerminal: takesEscapes, write: Descriptor.writeError)
  }

  /// A bar that goes to `write`; on a terminal of `width` columns.
  public init(isTerminal: Bool, width: (() -> Int)? = nil, write: @escaping (String) -> Void) {
    self.isTerminal = isTerminal
    self.width = width ?? { Self.terminalWidth }
    self.write = write
  }

  /// Moves the bar, at most ten times a second.
  public func batchDidEnd(_ progress: TrainingProgress, _ trainer: Trainer) throws(DescentError) {
    let now = ContinuousClock.now
    let interval = isTerminal ? Duration.milliseconds(100) : .seconds(10)
    let isLast = progress.batch == progress.batches
    guard isTerminal && isLast || now - (lastShown ?? now - .seconds(isTerminal ? 60 : 0)) >= interval else {
      if lastShown == nil { lastShown = now }
      return
    }
    lastShown = now
    if isTerminal {
      write("\r\u{1B}[K" + Self.line(progress, trainer.runningMetrics, width: width()))
      isLineOpen = true
    } else {
      write(Self.line(progress, trainer.runningMetrics, width: 79) + "\n")
    }
  }

  /// Clears the line for the epoch's results.
  public func epochDidEnd(_ record: EpochRecord, _ trainer: Trainer) throws(DescentError) { clear() }

  /// Clears the line.
  public func trainingDidEnd(_ trainer: Trainer, error: DescentError?) { clear() }

  private func clear() {
    if isLineOpen { write("\r\u{1B}[K") }
    isLineOpen = false
  }

  private static var terminalWidth: Int {
    var size = winsize()
    return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// The line for a state: epoch, bar, share, rate, loss, metrics, time left; as much of it as there is room for, and at the end
  /// room for the ^C that a terminal shows, which must not begin a new line.
  private static func line(
    _ progress: TrainingProgress, _ metrics: [(name: String, value: Double)], width: Int
  ) -> String {
    let width = max(0, width - 3)
    guard let samplesInEpoch = progress.samplesInEpoch else { return openLine(progress, width: width) }
    let share = max(0, min(1, Double(progress.samples) / Double(max(samplesInEpoch, 1))))
    let rest = max(0, Double(samplesInEpoch) - Double(progress.samples))
    let epoch = "epoch \(progress.epoch)/\(progress.epochs) "
    let percent = "\(Int((share * 100).rounded()))%"
    let rate = "\(count(progress.rate))/s"
    let loss = String(format: "loss %.4f", progress.meanLoss)
    let left = "\(time(rest / max(progress.rate, 1e-9))) left"
    let measured = metrics.map { "\($0.name) " + String(format: "%.4f", $0.value.isNaN ? .nan : $0.value) }
    // What matters least goes first.
    for shown in (0...measured.count).reversed() {
      let parts = [percent, rate, loss] + measured.prefix(shown) + [left]
      let numbers =
        " " + String(repeating: " ", count: max(0, 4 - percent.count)) + parts.joined(separator: "  ")
      let cells = width - epoch.count - numbers.count
      guard cells >= 5 else { continue }
      let full = Int(share * Double(cells))
      let bar = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
      return epoch + bar + numbers
    }
    let shorter = [
      [percent, rate, loss, left], [percent, loss, left], [percent, left], [percent],
    ].map { epoch + $0.joined(separator: " ") }
    return (shorter + [percent]).first { $0.count <= width } ?? ""
  }

  /// The line of an epoch whose end nobody knows.
  private static func openLine(_ progress: TrainingProgress, width: Int) -> String {
    let parts = [
      "epoch \(progress.epoch)/\(progress.epochs)", "\(progress.samples) samples",
      String(format: "loss %.4f", progress.meanLoss), "\(count(progress.rate))/s",
    ]
    return (1...parts.count).reversed().map { parts.prefix($0).joined(separator: "  ") }.first {
      $0.count <= width
    }
      ?? ""
  }

  private static func count(_ value: Double) -> String {
    value >= 1e6
      ? String(format: "%.1fM", value / 1e6)
      : value >= 1e3 ? String(format: "%.1fk", value / 1e3) : String(format: "%.0f", value)
  }

  private static func time(_ seconds: Double) -> String {
    guard !seconds.isNaN else { return "?" }
    let whole = Int(max(0, min(seconds.rounded(.up), 359_999)))
    return whole >= 3600
      ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
      : String(format: "%d:%02d", whole / 60, whole % 60)
  }
}
