/// Colours that can be told apart by those who do not see all of them, and in grey.
enum ChartPalette {
  /// Lines: Okabe and Ito, Color Universal Design, without what is pale on a filled ground.
  static let lines = ["#d55e00", "#0072b2", "#000000", "#cc3f8f", "#009e73", "#7b3fb5"]

  /// gnuplot's point types that go with them: disc, triangle, square, and so on.
  static let points = [7, 9, 5, 11, 13, 15]

  static func line(_ index: Int) -> String { lines[index % lines.count] }
  static func point(_ index: Int) -> Int { points[index % points.count] }

  /// Fills, from low to high: cividis (Nuñez, Anderton and Renslow 2018), whose lightness is even, from its light end on and
  /// half way to white, so that lines show on it.
  static let fills = [
    "#fff29a", "#efe5a9", "#e0d9b2", "#d1cdb7", "#c4c2bb", "#b7b8b9", "#abaeb5", "#9da3b5", "#8897b7",
  ]

  /// The fills as gnuplot's palette.
  static var gradient: String {
    fills.enumerated().map { "\($0.offset) '\($0.element)'" }.joined(separator: ", ")
  }
}
