import CDescent

/// An option of a row in one of the C core's tables: of a rule, a loss, a layer.
public struct TableOption: Sendable {
  /// PyTorch's name: "weight_decay".
  public let name: String
  /// What values it takes.
  public let kind: Kind
  /// The names of its values, for choices: the value is the index.
  public let choices: [String]
  /// The value it has when none is given.
  public let initial: Double
  /// The allowed values, as "[0, inf)".
  public let range: String
  /// What it does, in a few words.
  public let summary: String

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
    case .real, .integer: value.short
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
    default: Double(text)
    }
  }
}

extension TableOption {
  init(_ info: dsc_option_info) {
    let ends = (info.minimum_open ? "(" : "[", info.maximum_open ? ")" : "]")
    let kind: Kind
    var (range, choices) = ("\(ends.0)\(info.minimum.short), \(info.maximum.short)\(ends.1)", [String]())
    switch info.kind {
    case DSC_OPTION_FLAG: (kind, range) = (.flag, "true or false")
    case DSC_OPTION_INTEGER: kind = .integer
    case DSC_OPTION_CHOICE:
      kind = .choice
      choices = (0...Int(info.maximum)).map { String(cString: info.choices[$0]!) }
      range = choices.joined(separator: " or ")
    default: kind = .real
    }
    self.init(
      name: String(cString: info.name), kind: kind, choices: choices, initial: info.initial, range: range,
      summary: String(cString: info.summary))
  }
}

extension Double {
  /// Without a fraction where there is none.
  var short: String {
    self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self)
  }
}
