import CDescent

/// The schedules there are, as the C core's table has them: for documentation, command lines and tests.
public enum ScheduleTable {
  /// A schedule and its options.
  public struct Row: TableRow {
    /// What the schedule is called in a text: "cosine_annealing".
    public let name: String
    /// PyTorch's class, or what it is called elsewhere.
    public let title: String
    /// The PyTorch page, paper or book whose numbers it gives.
    public let source: String
    /// The value at step t.
    public let formula: String
    /// Options that take any number of values; in a text they stand before the others.
    public let lists: [TableOption]
    /// Its other options, in the order of the reference.
    public let options: [TableOption]
    /// What its value depends on.
    public let kind: Kind
    /// The option that says where it ends; nil: it has no end.
    public let length: String?
    /// Whether that may be left out, where the steps of the run are known.
    public let lengthFromTotal: Bool
    /// Whether it can have momentum beside the rate.
    public let cyclesMomentum: Bool
    /// Whether it can have a closure.
    public let takesFunction: Bool
  }

  /// What a schedule's value depends on.
  public enum Kind: Sendable {
    /// The base value and the step alone.
    case step
    /// A closure too, which a text cannot have.
    case function
    /// Other schedules.
    case parts
    /// The metrics so far.
    case metric
  }

  /// All schedules.
  public static let schedules: [Row] = (0..<dsc_schedule_count()).map { index in
    let info = dsc_schedule_at(index)!.pointee
    return Row(
      name: String(cString: info.name), title: String(cString: info.title),
      source: String(cString: info.source), formula: String(cString: info.formula),
      lists: TableOption.list(info.lists, info.list_count),
      options: TableOption.list(info.options, info.option_count), kind: kind(info.kind),
      length: info.length.map { String(cString: $0) }, lengthFromTotal: info.length_from_total,
      cyclesMomentum: info.cycles_momentum, takesFunction: info.takes_function)
  }

  private static func kind(_ kind: dsc_schedule_kind) -> Kind {
    switch kind {
    case DSC_SCHEDULE_OF_FUNCTION: .function
    case DSC_SCHEDULE_OF_PARTS: .parts
    case DSC_SCHEDULE_OF_METRIC: .metric
    default: .step
    }
  }

  /// The schedule of a name, whose capitals and underscores do not matter, nor PyTorch's "LR" at its end; nil if there is
  /// none.
  public static func schedule(_ name: String) -> Row? {
    dsc_schedule_find(name).flatMap { schedules.row(String(cString: $0.pointee.name)) }
  }

  /// The schedule of a name.
  ///
  /// - Throws: `DescentError` with all names for an unknown one, and the nearest.
  public static func named(_ name: String) throws(DescentError) -> Row {
    if let row = schedule(name) { return row }
    return try schedules.named(name, of: "schedule")
  }
}
