/// Where the pictures of a contour chart stand, in pixels.
struct ContourLayout {
  let columns: Int, rows: Int
  /// A picture without its axes' texts.
  let plotWidth: Int, plotHeight: Int
  let width: Int, height: Int
  /// Whether both axes have one scale.
  let isEqual: Bool
  /// The picture's width over its height.
  var aspect: Double { Double(plotWidth) / Double(plotHeight) }

  /// What is beside a picture: ticks and text on the left and below, its title above.
  private static let (left, below, gap) = (92, 52, 16)
  private let above: Int
  /// The lines above all, and the room that they take.
  private let titleHeight: Int
  private let firstColumn: Int

  /// - Parameters:
  ///   - ratio: the shown width over the shown height, in the axes' units.
  ///   - labelLength: letters of the longest label beside the colours.
  ///   - legend: its height for a width.
  init(
    panels: Int, ratio: Double, titles: [String], hasPanelTitles: Bool, labelLength: Int, legend: (Int) -> Int
  ) {
    columns = max(1, panels <= 3 ? panels : Int(Double(panels).squareRoot().rounded(.up)))
    rows = (panels + columns - 1) / columns
    isEqual = 0.3...3.3 ~= ratio
    let most = panels == 1 ? (width: 700.0, height: 540.0) : (width: 400.0, height: 340.0)
    let shown = isEqual ? ratio : most.width / most.height
    plotWidth = Int(min(most.width, most.height * shown))
    plotHeight = Int(min(most.height, most.width / shown))
    above = hasPanelTitles ? 34 : 12
    titleHeight = 12 + 20 * titles.count
    let right = 84 + 7 * labelLength
    let content = columns * (Self.left + plotWidth + Self.gap) + right
    width = max(content, 40 + (titles.map(\.count).max() ?? 0) * 9, 480)
    firstColumn = (width - content) / 2
    height = titleHeight + rows * (above + plotHeight + Self.below) + legend(width)
  }

  /// A picture's margins as gnuplot takes them: shares of the drawing, from its lower left corner.
  func margins(_ panel: Int) -> (left: Double, right: Double, top: Double, bottom: Double) {
    let left = firstColumn + Self.left + (panel % columns) * (Self.left + plotWidth + Self.gap)
    let top = titleHeight + above + (panel / columns) * (above + plotHeight + Self.below)
    func x(_ pixels: Int) -> Double { Double(pixels) / Double(width) }
    func y(_ pixels: Int) -> Double { 1 - Double(pixels) / Double(height) }
    return (x(left), x(left + plotWidth), y(top), y(top + plotHeight))
  }

  /// The height of a line above all.
  func titleLine(_ index: Int) -> Double { 1 - Double(18 + 20 * index) / Double(height) }

  /// Whether there is room for the colours' labels on the right.
  func isLast(_ panel: Int, of panels: Int) -> Bool { panel % columns == columns - 1 || panel == panels - 1 }
}
