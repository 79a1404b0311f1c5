/// Colours that can be told apart by those who do not see all of them, and in grey.
enum ChartPalette {
  /// Lines: Okabe and Ito, Color Universal Design, and a brown.
  static let lines = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d31",
  ]

  /// Lines that lie behind, a grid, the axes.
  static let (faint, grid, border) = ("#c8d4e0", "#d8d8d8", "#606060")

  /// A path's colour: a line's, without those that are pale on a filled ground.
  static func path(_ index: Int) -> String {
    let order = [1, 0, 6, 3, 2, 7]
    return lines[order[index % order.count]]
  }

  /// gnuplot's point type of a path: disc, triangle, square, and so on.
  static func point(_ index: Int) -> Int {
    let types = [7, 9, 5, 11, 13, 15]
    return types[index % types.count]
  }

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
