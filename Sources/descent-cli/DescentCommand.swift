import ArgumentParser
import Descent
import Foundation

/// The command `descent`.
@main
struct DescentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "descent",
    abstract: "Trains neural networks on the CPU, with PyTorch's numbers.",
    version: Runtime.version,
    subcommands: [
      TrainCommand.self, LRFindCommand.self, SweepCommand.self, EvaluateCommand.self, PredictCommand.self,
      OptimizersCommand.self,
      LayersCommand.self, SchedulesCommand.self, ScheduleCommand.self,
      NewtonCommand.self, TraceCommand.self, TheoryCommand.self, LectureCommand.self, BenchCommand.self,
      DataCommand.self, DoctorCommand.self, VersionCommand.self, SweepRunCommand.self,
    ])

  static func main() {
    StandardOutput.prepare()
    Memory.whenExhausted { sentence in
      exit(withError: DescentError(.resources, "there is not enough memory: \(sentence)"))
    }
    do {
      let arguments = try checkedArguments()
      try checkName(arguments.first)
      var command = try parseAsRoot(arguments)
      try command.run()
      try StandardOutput.finish()
    } catch {
      end(error)
    }
  }

  /// The arguments, none of which is other bytes than was meant: Swift would put another character for what is no UTF-8.
  private static func checkedArguments() throws -> [String] {
    try (1..<max(1, Int(CommandLine.argc))).map { index in
      guard let argument = CommandLine.unsafeArgv[index].flatMap({ String(validatingCString: $0) }) else {
        throw ValidationError(
          "argument \(index), '\(CommandLine.arguments[index])', is not UTF-8: give files other names")
      }
      return argument
    }
  }

  /// The parser calls a misspelt subcommand an unexpected argument.
  private static func checkName(_ name: String?) throws {
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let name, !name.hasPrefix("-"), name != "help", !known.contains(name) else { return }
    throw ValidationError(DescentError.unknown("command", name, among: known).message)
  }

  /// The parser's own end prints help without looking whether it arrives.
  private static func end(_ error: any Error) -> Never {
    guard exitCode(for: error).isSuccess else { exit(withError: error) }
    do {
      try print(fullMessage(for: error))
      try StandardOutput.finish()
    } catch {
      exit(withError: error)
    }
    Foundation.exit(EXIT_SUCCESS)
  }
}

/// `descent version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  func run() throws {
    try print("descent \(Runtime.version)")
  }
}
