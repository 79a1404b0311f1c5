import ArgumentParser
import Descent

/// `descent schedules`
struct SchedulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedules",
    abstract: "Lists the schedules that a text may have, or shows one with its options.")

  @Argument(help: "The schedule to show.")
  var name: String?
  @Flag(help: "Print the documentation page about all of them.")
  var markdown = false

  func run() throws {
    if let name, markdown {
      throw DescentError(.invalidArgument, "--markdown is about all schedules; leave out '\(name)', or it")
    }
    if markdown {
      try print(SchedulesPage.text, terminator: "")
    } else if let name {
      let schedule = try ScheduleTable.named(name)
      try print(TableText.page(schedule.withLists, facts: SchedulesPage.facts(schedule)))
    } else {
      try print(
        "\(TableText.list(ScheduleTable.schedules, \.formula))\n\nOptions and formula: descent schedules NAME\nValues and charts: descent schedule SPEC --steps N"
      )
    }
  }
}
