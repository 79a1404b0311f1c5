/// Names that people may have meant.
package enum Nearest {
  /// The known name that a misspelt one is nearest to; nil where none is near.
  ///
  /// The distance is that of Damerau and Levenshtein, in its restricted form: letters put in, left out, replaced, or
  /// changed with their neighbour. One slip in three letters is taken for one; so is a name that breaks off.
  package static func name(to name: String, among known: [String]) -> String? {
    let sought = name.lowercased()
    let distances = known.map { distance(Array(sought), Array($0.lowercased())) }
    if let least = distances.min(), least <= max(1, sought.count / 3), least < sought.count {
      return known[distances.firstIndex(of: least)!]
    }
    return sought.count < 2 ? nil : known.first { $0.lowercased().hasPrefix(sought) }
  }

  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var (beforeLast, last) = ([Int](), Array(0...b.count))
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
          least = min(least, beforeLast[j - 1] + 1)
        }
        row.append(least)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}

extension DescentError {
  /// The error for a name that is none of those there are: it lists them, or says what describes them, and says which
  /// was meant if one is near.
  package static func unknown(
    _ what: String, _ name: String, among known: [String], described: String? = nil
  ) -> DescentError {
    let hint = Nearest.name(to: name, among: known).map { "did you mean '\($0)'? There" } ?? "there"
    return DescentError(
      .invalidArgument, "unknown \(what) '\(name)'; \(hint) are \(described ?? known.joined(separator: ", "))"
    )
  }
}
