import ArgumentParser
import Descent

/// The command `descent`.
@main
struct DescentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "descent",
    abstract: "Trains neural networks on the CPU, with PyTorch's numbers.",
    version: Runtime.version,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, OptimizersCommand.self,
      NewtonCommand.self, BenchCommand.self,
      DataCommand.self, DoctorCommand.self, VersionCommand.self,
    ])
}

/// `descent version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  func run() {
    print("descent \(Runtime.version)")
  }
}
