/// Where the contours' labels stand: each where it is farthest from the paths, from other labels and from the border.
struct ContourLabels {
  /// A level's text at a place of its contour.
  struct Label {
    let text: String
    let x: Double, y: Double
  }

  /// Where a ray crosses a level, and how far that is from where it crosses others.
  private struct Crossing {
    let level: Int
    let place: (x: Double, y: Double)
    var room = Double.infinity
  }

  private let field: ContourField
  /// How much wider than high the picture is.
  private let aspect: Double
  /// What labels keep away from.
  private var obstacles: [(x: Double, y: Double)]

  /// Distances are shares of the picture's height; labels are wider than high, so that those along x count less.
  private static let width = 2.0
  private static let nearest = 0.05
  private static let mostPoints = 1000

  init(_ field: ContourField, aspect: Double, avoiding paths: [[(x: Double, y: Double)]]) {
    self.field = field
    self.aspect = aspect
    obstacles = []
    for path in paths {
      // Of very long ones some points are enough.
      let places = stride(from: 0, to: path.count, by: path.count / Self.mostPoints + 1).map { path[$0] }
        .filter { $0.x.isFinite && $0.y.isFinite }
      let between = zip(places, places.dropFirst()).flatMap { a, b -> [(x: Double, y: Double)] in
        let parts = Int(min(distance(a, b) / Self.nearest * 2, 1000)) + 1
        return (1...parts).map { step in
          let share = Double(step) / Double(parts)
          return (x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share)
        }
      }
      obstacles += (places.prefix(1) + between).filter {
        field.xRange.contains($0.x) && field.yRange.contains($0.y)
      }
    }
  }

  private func distance(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> Double {
    let across = (a.x - b.x) / (field.xRange.upperBound - field.xRange.lowerBound) * aspect / Self.width
    let up = (a.y - b.y) / (field.yRange.upperBound - field.yRange.lowerBound)
    return (across * across + up * up).squareRoot()
  }

  private func distanceToBorder(_ place: (x: Double, y: Double)) -> Double {
    [
      (x: field.xRange.lowerBound, y: place.y), (x: field.xRange.upperBound, y: place.y),
      (x: place.x, y: field.yRange.lowerBound), (x: place.x, y: field.yRange.upperBound),
    ].map { distance(place, $0) }.min()!
  }

  /// A label for each level that has room for one.
  var labels: [Label] {
    var placed: [Label] = []
    let candidates = Dictionary(grouping: crossings, by: \.level)
    for level in field.levels.indices.reversed() {
      let rated = (candidates[level] ?? []).map { crossing in
        let others = obstacles + placed.map { (x: $0.x, y: $0.y) }
        let room = others.map { distance(crossing.place, $0) }.min() ?? 1
        // Contours may be twice as close as paths: a label stands on one anyway.
        return (place: crossing.place, room: min(room, distanceToBorder(crossing.place), 2 * crossing.room))
      }
      guard let best = rated.max(by: { $0.room < $1.room }), best.room >= Self.nearest else { continue }
      placed.append(Label(text: field.labels[level], x: best.place.x, y: best.place.y))
    }
    return placed
  }

  /// Where rays from the lowest place cross levels.
  private var crossings: [Crossing] {
    guard let center = field.lowest else { return [] }
    return borderPlaces.flatMap { end in
      var ray = crossings(from: center, to: end)
      for (index, crossing) in ray.enumerated() {
        let neighbours = [index - 1, index + 1].filter(ray.indices.contains).map { ray[$0].place }
        ray[index].room = neighbours.map { distance($0, crossing.place) }.min() ?? .infinity
      }
      return ray
    }
  }

  private func crossings(from center: (x: Double, y: Double), to end: (x: Double, y: Double)) -> [Crossing] {
    let samples = (0...160).map { step in
      let share = Double(step) / 160
      return (x: center.x + (end.x - center.x) * share, y: center.y + (end.y - center.y) * share)
    }
    return zip(samples, samples.dropFirst()).flatMap { a, b -> [Crossing] in
      guard let low = field.value(x: a.x, y: a.y), let high = field.value(x: b.x, y: b.y), low != high else {
        return []
      }
      let crossed = field.levels.indices.filter {
        min(low, high) <= field.levels[$0] && field.levels[$0] < max(low, high)
      }
      return (low < high ? crossed : crossed.reversed()).map { index in
        let share = (field.levels[index] - low) / (high - low)
        return Crossing(level: index, place: (x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share))
      }
    }
  }

  private var borderPlaces: [(x: Double, y: Double)] {
    (0...8).flatMap { step in
      let share = Double(step) / 8
      let x = field.xRange.lowerBound + (field.xRange.upperBound - field.xRange.lowerBound) * share
      let y = field.yRange.lowerBound + (field.yRange.upperBound - field.yRange.lowerBound) * share
      return [
        (x: x, y: field.yRange.lowerBound), (x: x, y: field.yRange.upperBound),
        (x: field.xRange.lowerBound, y: y),
        (x: field.xRange.upperBound, y: y),
      ]
    }
  }
}
