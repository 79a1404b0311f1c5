import Descent

/// The documentation page about schedules, made of their table: `Documentation/Schedules.md`.
enum SchedulesPage {
  static var text: String {
    let overview = ScheduleTable.schedules.map {
      "| [`\($0.name)`](#\($0.name)) | \($0.title) | \(cell($0.formula)) |"
    }
    return """
      # Schedules

      This page is made from the table of schedules by `make documentation`. A schedule turns a base value (an option of an
      optimizer when the schedule is bound, usually the learning rate) and a step t, counted from 0, into the option's value
      at that step. Names, options and defaults are PyTorch's where PyTorch has the schedule, and so are the values, of which
      it makes one after the other.

      In a text a schedule is its name with options in brackets, in this order or by name; lists stand first, in brackets of
      their own:

          one_cycle(max_lr=0.1)
          multi_step((30, 80), gamma=0.1)
          warmup(500) cosine                 one after another, each with steps of its own
          exponential(0.9) @ 100 step(30)    the same, where the first has no end: the second begins at step 100
          warmup(500) * exponential(0.999)   both at once
          (warmup(5) cosine) * step(30)

      Where the steps of the run are known, as in `descent schedule SPEC --steps N`, lengths that are marked so may be left
      out: they are what is left of the run. In Swift each schedule is a static function of `Schedule`.

      | Schedule | In PyTorch, or elsewhere | Value at step t |
      | --- | --- | --- |
      \(overview.joined(separator: "\n"))


      """ + ScheduleTable.schedules.map(section).joined(separator: "\n")
  }

  private static func section(_ schedule: ScheduleTable.Row) -> String {
    let facts = facts(schedule).dropFirst().map {
      "\($0.name.prefix(1).uppercased())\($0.name.dropFirst()): \($0.text)."
    }
    let options = TableText.markdown(schedule.withLists.options)
    return """
      ## \(schedule.name)

      \(schedule.title). \(facts.joined(separator: " "))

          \(schedule.formula)
      \(options.isEmpty ? "" : "\n\(options)")
      """
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

  static func facts(_ schedule: ScheduleTable.Row) -> [(name: String, text: String)] {
    var facts = [("formula", schedule.formula), ("source", schedule.source)]
    switch schedule.kind {
    case .function: facts.append(("takes", "a function, in programs only"))
    case .parts: facts.append(("takes", "other schedules; in a text, as above"))
    case .metric: facts.append(("takes", "a metric after each epoch"))
    case .step: if schedule.takesFunction { facts.append(("takes", "a function for its scale, in programs")) }
    }
    if let length = schedule.length {
      let open =
        schedule.lengthFromTotal ? ", which may be left out where the steps of the run are known" : ""
      facts.append(("length", "\(length)\(open)"))
    }
    if schedule.cyclesMomentum { facts.append(("momentum", "cycles with the rate")) }
    return facts
  }
}

/// A row whose lists are among its options, in the order of texts.
struct ScheduleWithLists: TableRow {
  let name: String, title: String, source: String, formula: String
  let options: [TableOption]
}

extension ScheduleTable.Row {
  var withLists: ScheduleWithLists {
    ScheduleWithLists(name: name, title: title, source: source, formula: formula, options: lists + options)
  }
}
