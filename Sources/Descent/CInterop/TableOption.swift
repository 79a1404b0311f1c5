import CDescent

/// An option of a row in one of the C core's tables: of a rule, a loss, a layer.
public struct TableOption: Sendable {
  /// PyTorch's name: "weight_decay".
  public let name: String
  /// What values it takes.
  public let kind: Kind
  /// The names of its values, for choices: the value is the index. Of other kinds the name of the least value, which
  /// is no number then; empty where there is none.
  public let choices: [String]
  /// The value it has when none is given; NaN: one must be given.
  public let initial: Double
  /// The least value.
  public let minimum: Double
  /// The allowed values, as "[0, inf)".
  public let range: String
  /// What it does, in a few words.
  public let summary: String
  /// How many numbers it has, as one for each dimension.
  public private(set) var extent = 1

  /// What values an option takes.
  public enum Kind: Sendable {
    /// Numbers.
    case real
    /// 0 or 1.
    case flag
    /// Whole numbers.
    case integer
    /// One of a few names.
    case choice
  }

  /// A value as people write it: a choice's name, a flag's truth.
  public func text(_ value: Double) -> String {
    switch kind {
    case .real, .integer: value.isNaN ? "" : value == minimum && !choices.isEmpty ? choices[0] : value.short
    case .flag: value == 0 ? "false" : "true"
    case .choice:
      Int(exactly: value).flatMap { choices.indices.contains($0) ? choices[$0] : nil } ?? value.short
    }
  }

  /// The value that a text means; nil if it is none.
  public func value(_ text: String) -> Double? {
    switch kind {
    case .flag where text == "true": 1
    case .flag where text == "false": 0
    case .choice: choices.firstIndex(of: text).map(Double.init) ?? Double(text)
    default: text == choices.first ? minimum : Double(text)
    }
  }
}

extension TableOption {
  /// A table's options: those that have a number for each dimension are one.
  static func list(_ infos: UnsafePointer<dsc_option_info>?, _ count: Int) -> [TableOption] {
    UnsafeBufferPointer(start: infos, count: count).reduce(into: []) { list, info in
      let option = TableOption(info)
      if let last = list.last, last.name == option.name {
        list[list.count - 1].extent += 1
      } else {
        list.append(option)
      }
    }
  }

  init(_ info: dsc_option_info) {
    let ends = (info.minimum_open ? "(" : "[", info.maximum_open ? ")" : "]")
    let kind: Kind
    var (range, choices) = ("\(ends.0)\(info.minimum.short), \(info.maximum.short)\(ends.1)", [String]())
    switch info.kind {
    case DSC_OPTION_FLAG: (kind, range) = (.flag, "true or false")
    case DSC_OPTION_INTEGER, DSC_OPTION_REST: kind = .integer
    case DSC_OPTION_CHOICE:
      kind = .choice
      choices = (0...Int(info.maximum)).map { String(cString: info.choices[$0]!) }
      range = choices.joined(separator: " or ")
    default: kind = .real
    }
    if kind != .choice, let names = info.choices {
      choices = [String(cString: names[0]!)]
      range = "\(choices[0]), \(range)"
    }
    self.init(
      name: String(String(cString: info.name).prefix { $0 != "[" }), kind: kind, choices: choices,
      initial: info.initial, minimum: info.minimum, range: range, summary: String(cString: info.summary))
  }
}

extension Double {
  /// Without a fraction where there is none.
  var short: String {
    self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self)
  }
}
