import ArgumentParser
import Descent
import Foundation

/// `descent sweep-run`: `descent train` as a sweep starts it. Its end tells the sweep what has become of the run.
struct SweepRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "sweep-run", shouldDisplay: false)

  /// The exit codes that are no failures: a run that diverged.
  static let diverged: Int32 = 3

  @Argument var sweep: Int32
  @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

  func run() throws {
    Interrupt.serve(sweep)
    do {
      let command = try TrainCommand.parse(arguments)
      try command.run()
    } catch let error as DescentError where error.code == .nonFinite {
      Descriptor.writeError("\(error.message)\n")
      throw ExitCode(Self.diverged)
    }
  }
}
